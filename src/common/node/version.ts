import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project-root';

/** The version in package.json. */
export function packageVersion(): string {
  const text = fs.readFileSync(path.join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
