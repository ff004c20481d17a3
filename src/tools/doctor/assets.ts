import fs from 'node:fs';
import path from 'node:path';
import { CONFIG_FILES } from '../../backbones/checkpoint/config-files';
import { gigabytes } from '../../common/bytes';
import { projectRoot } from '../../common/node/project-root';
import { type CheckResult, checkResult } from './finding';

const GB = 1e9;

/**
 * Subfolders of a folder that hold one of certain files or folders, sorted; none if the folder does
 * not exist.
 */
function foldersWith(folder: string, ...inner: string[]): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => inner.some((entry) => fs.existsSync(path.join(folder, name, entry))))
    .sort();
}

/** The models under `models/`. */
export function modelsFinding(root = projectRoot()): CheckResult {
  const names = foldersWith(path.join(root, 'models'), ...CONFIG_FILES);
  if (names.length > 0) return checkResult('models', 'ok', names.join(', '));
  return checkResult('models', 'warn', 'none in models/', 'npx mediclip models pull openai/clip-vit-large-patch14');
}

/** The prepared data sets under `datasets/`. */
export function dataSetsFinding(root = projectRoot()): CheckResult {
  const found = foldersWith(path.join(root, 'datasets'), 'samples').map((name) => path.join('datasets', name));
  if (found.length > 0) return checkResult('data sets', 'ok', found.join(', '));
  return checkResult('data sets', 'ok', 'none prepared yet; "npx mediclip datasets --help" shows how');
}

/** Free space of the project's disk: a run needs little, a downloaded model 2 GB. */
export function diskFinding(root = projectRoot()): CheckResult {
  const { bavail, bsize } = fs.statfsSync(root);
  const free = bavail * bsize;
  const detail = `${gigabytes(free)} free`;
  if (free < 0.2 * GB) return checkResult('disk', 'fail', detail, 'free some space: runs cannot be saved');
  if (free < 3 * GB) return checkResult('disk', 'warn', detail, 'enough for runs, not for a downloaded model');
  return checkResult('disk', 'ok', detail);
}
