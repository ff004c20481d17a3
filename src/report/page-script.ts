import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../common/node/project-root';

/**
 * The script of a report, read from `page.js` in this folder. Pages embed it to be self-contained.
 */
export function pageScript(): string {
  return fs.readFileSync(path.join(projectRoot(), 'src', 'report', 'page.js'), 'utf8');
}
