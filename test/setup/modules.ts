import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The project's folder. */
export const root = path.resolve(__dirname, '..', '..');

/** Imports a module of scripts/setup; these are plain JavaScript, so the caller states the types it relies on. */
export function setupModule<T>(name: string): Promise<T> {
  return import(pathToFileURL(path.join(root, 'scripts', 'setup', name)).href) as Promise<T>;
}
