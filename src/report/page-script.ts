import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../common/node/project-root';

/** The parts of the script in the order in which they run; each uses what those before it offer. */
const PARTS = ['state', 'tags', 'list', 'board', 'detail', 'start'];

/**
 * The script of a report, read from `page/` in this folder. Pages embed it to be self-contained.
 */
export function pageScript(): string {
  const folder = path.join(projectRoot(), 'src', 'report', 'page');
  return PARTS.map((part) => fs.readFileSync(path.join(folder, `${part}.js`), 'utf8')).join('\n');
}
