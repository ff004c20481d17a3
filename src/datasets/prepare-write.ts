import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { makeFolder, sha256, writeFileAtomic, writeJson } from '../common/node/files';
import { checkFolderName, recoverFolder, stageFolder } from '../common/node/staged-folder';
import { type LongRun, stopIfAsked } from '../common/progress';
import { readImage } from '../image/node/decode';
import { extensionOf, isCopied } from '../image/node/formats';
import { encodePng, writePng } from '../image/node/encode';
import { FrameReader } from '../image/node/frame-reader';
import { datasetHash, readDataset, writeSamples, type SampleRow } from './layout';
import { unitedMask, type ReadImage } from './prepare-read';
import { PREPARED_FILE } from './reading';

export { PREPARED_FILE };

/**
 * Checks in advance that the result can be written to `out`, which must be missing or an empty
 * folder, or, with `force`, a data set that was prepared earlier. Leftovers of a killed run are
 * removed.
 * @returns the absolute path
 * @throws UserError if `out` is anything else, or without permission to write
 */
export function claimFolder(from: string, out: string, force: boolean): string {
  checkFolderName('--out', out);
  const target = path.resolve(out);
  const relative = path.relative(target, path.resolve(from));
  if (relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative))) {
    throw new UserError(`--out ${out}: holds the source folder; give another folder`);
  }
  try {
    makeFolder(path.dirname(target));
    fs.accessSync(path.dirname(target), fs.constants.W_OK);
    recoverFolder(target);
    const stat = fs.statSync(target, { throwIfNoEntry: false });
    if (stat === undefined) return target;
    if (!stat.isDirectory()) throw new UserError(`--out ${out}: is a file; give a folder`);
    if (fs.readdirSync(target).length === 0) return target;
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith('--out')) throw error;
    throw new UserError(`--out ${out}: cannot be written (${reasonOf(error)})`);
  }
  if (!fs.existsSync(path.join(target, PREPARED_FILE))) {
    throw new UserError(`--out ${out}: is not empty and was not made by this command; give another folder or remove it`);
  }
  if (!force) throw new UserError(`--out ${out}: already holds a prepared data set; --force replaces it`);
  return target;
}

/**
 * Writes images, masks, samples and the report to a folder next to the target, then renames it to
 * the target.
 * @param claim - {@link claimFolder}, called again at the end in case another process was faster
 * @param options.link - make hard links to the images instead of copies
 */
export async function writePrepared<Report extends { clsname: string; hash: string }>(
  claim: () => string,
  report: Omit<Report, 'hash'>,
  images: readonly ReadImage[],
  options: { link?: boolean } & LongRun,
): Promise<Report> {
  const out = claim();
  const staged = stageFolder(out);
  const { temporary } = staged;
  try {
    const rows = await writeImages(temporary, report.clsname, images, options);
    writeSamples(temporary, rows.train, rows.test);
    const complete = { ...report, hash: datasetHash(readDataset(temporary)) } as Report;
    const sources = images.map(({ source, window }, i) => ({
      filename: rows.names[i],
      source,
      sha256: rows.hashes[i],
      ...(window === undefined ? {} : { window }),
    }));
    writeJson(path.join(temporary, PREPARED_FILE), { ...complete, images: sources });
    claim();
    staged.publish();
    return complete;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof UserError || code === undefined) throw error;
    throw new UserError(`--out ${out}: cannot be written (${code})`);
  } finally {
    staged.discard();
  }
}

async function writeImages(
  dir: string,
  clsname: string,
  images: readonly ReadImage[],
  { link = false, ...run }: { link?: boolean } & LongRun,
): Promise<{ train: SampleRow[]; test: SampleRow[]; names: string[]; hashes: string[] }> {
  const train: SampleRow[] = [];
  const test: SampleRow[] = [];
  const names: string[] = [];
  const hashes = images.map((image) => image.sha256);
  const reader = new FrameReader();
  for (const folder of ['train/normal', 'test/normal', 'test/abnormal', 'test/ground_true']) {
    makeFolder(path.join(dir, 'images', folder));
  }
  const used: Record<string, number> = {};
  for (const [i, image] of images.entries()) {
    stopIfAsked(run);
    run.onProgress?.({ phase: 'copying images', done: i, total: images.length });
    const folder = `images/${image.side}/${image.label === 0 ? 'normal' : 'abnormal'}`;
    makeFolder(path.join(dir, folder));
    const number = (used[folder] = (used[folder] ?? -1) + 1);
    const filename = `${folder}/${number}${image.slice ? '.png' : extensionOf(image.format)}`;
    const target = path.join(dir, filename);
    if (image.slice) {
      const png = await encodePng((await reader.read(image.file, image.slice.frame, image.reading)).raster);
      writeFileAtomic(target, png);
      hashes[i] = sha256(png);
    } else if (isCopied(image.format)) (link ? linkFile : copyFile)(image.file, target);
    else await writePng(target, await readImage(image.file));
    const row: SampleRow = {
      filename,
      label: image.label,
      labelName: image.label === 0 ? 'good' : 'defective',
      clsname: image.clsname ?? clsname,
      metadata: { source: image.source, ...image.metadata },
    };
    const mask = await unitedMask(image, reader);
    if (mask) {
      row.mask = `images/${image.side}/ground_true/${number}.png`;
      makeFolder(path.dirname(path.join(dir, row.mask)));
      await writePng(path.join(dir, row.mask), mask);
      if (mask.lossy) row.maskLossy = true;
    }
    (image.side === 'train' ? train : test).push(row);
    names.push(filename);
  }
  run.onProgress?.({ phase: 'copying images', done: images.length, total: images.length });
  return { train, test, names, hashes };
}

function copyFile(from: string, to: string): void {
  fs.copyFileSync(from, to);
  fs.chmodSync(to, 0o666 & ~process.umask());
}

/** @throws UserError if the file system cannot link the file */
function linkFile(from: string, to: string): void {
  try {
    fs.linkSync(fs.realpathSync(from), to); // a link to a symbolic link would break if that is moved
  } catch (error) {
    const why = reasonOf(error) === 'EXDEV' ? 'it is on another disk than --out' : reasonOf(error);
    throw new UserError(`${from}: cannot be linked (${why}); leave out --link to copy, or choose an --out beside the images`);
  }
}
