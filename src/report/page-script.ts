import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../common/node/project-root';

/** The script of a report, `page.js` beside this file: a page holds it, so that it needs nothing beside it. */
export function pageScript(): string {
  return fs.readFileSync(path.join(projectRoot(), 'src', 'report', 'page.js'), 'utf8');
}
