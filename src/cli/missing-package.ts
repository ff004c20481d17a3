import path from 'node:path';
import { readJson } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';

/**
 * What to do where a package is missing that is not installed by itself; undefined for any other
 * error.
 */
export function missingPackage(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const name = /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  const { peerDependencies } = readJson(path.join(projectRoot(), 'package.json')) as { peerDependencies: Record<string, string> };
  if (name === undefined || !Object.hasOwn(peerDependencies, name)) return undefined;
  return `this needs the package ${name}, which is not installed by itself: npm install ${name}@${peerDependencies[name]}`;
}
