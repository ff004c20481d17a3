import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { groupByKey } from '../../common/group';
import type { LongRun } from '../../common/progress';
import type { ImageTraits } from '../image-traits';
import { readImages, type ReadImage } from '../prepare-read';
import { claimFolder, writePrepared } from '../prepare-write';
import { RawFolder, type Skipped } from '../raw';
import { separations, shortcutLines } from '../shortcuts';
import type { GivenImage } from './given';
import { IMPORT_LAYOUTS, type ImportLayout } from './layouts';
import { notesOn } from './notes';
import { countsOf, twinsOf, type ImportReport, type ValidAs } from './report';

/** Options of {@link importDataset}. */
export interface ImportOptions {
  /** Only the images of this class (default: all classes as one data set). */
  class?: string;
  /** Another name for the class, if there is one. */
  name?: string;
  /**
   * What becomes of validation images: `ignore` (default) counts them only, `test` and `train` add
   * them to the test or training set.
   */
  validAs?: ValidAs;
  /** Make hard links to the images instead of copies; `out` must be on the same disk. */
  link?: boolean;
  /** Replace a data set that was imported or prepared earlier at the same place. */
  force?: boolean;
  /** Follow links that lead out of the folder; refused by default. */
  followLinks?: boolean;
}

/**
 * Takes over a split that others made: every image stays on the side on which they put it. Images
 * are copied byte for byte or linked; masks are written as PNG. The result appears at `out`
 * complete, or not at all.
 * @throws UserError if the folder is not laid out as expected, names files that are missing, has an
 *   image on both sides, holds no usable image, or if `out` cannot be written
 */
export async function importDataset(
  layout: ImportLayout,
  from: string,
  out: string,
  options: ImportOptions = {},
  run: LongRun = {},
): Promise<ImportReport> {
  const { validAs = 'ignore', link = false } = options;
  const folder = new RawFolder(from, options.followLinks);
  const claim = (): string => claimFolder(from, out, options.force === true);
  claim();
  const split = IMPORT_LAYOUTS[layout].find(folder);
  const images = oneName(ofClass(split.images, from, options.class), options.name);
  const { chosen, skipped: unused, validation } = choose(images, from, validAs);
  const skipped = [...split.skipped, ...unused];
  const read = await readImages(chosen, folder, run);
  const kept = read.images.map((image): GivenImage & ReadImage => ({ ...image, side: image.given === 'train' ? 'train' : 'test' }));
  if (kept.length === 0) {
    const [first] = [...read.skipped, ...skipped].map(({ file, reason }) => `; the first: ${file}: ${reason}`);
    throw new UserError(`${from}: no usable image found${first ?? ''}`);
  }
  skipped.push(...read.skipped, ...withoutMasksOfNormal(kept));
  const source = path.basename(fs.realpathSync(from));
  const twins = twinsOf(kept);
  const classes = [...groupByKey(kept, ({ clsname }) => clsname)].map(([clsname, own]) => ({ clsname, ...countsOf(own) }));
  const given = images.filter(({ given: side }) => side !== 'valid').length;
  const traitsOf = (label: 0 | 1): ImageTraits[] => kept.filter((image) => image.label === label).map(({ traits }) => traits);
  const shortcuts = separations(traitsOf(0), traitsOf(1));
  const report: Omit<ImportReport, 'hash'> = {
    layout,
    clsname: classes.length === 1 ? classes[0].clsname : source,
    source,
    files: link ? 'hard links' : 'copied',
    counts: countsOf(kept),
    classes,
    validation,
    split: kept.length === given && !kept.some((image) => image.given === 'valid') ? 'given' : 'changed',
    twins,
    skipped,
    shortcuts,
    warnings: shortcutLines(shortcuts),
    notes: [...read.notes, ...notesOn(kept, twins)],
    ...(split.reading && { reading: split.reading }),
  };
  return writePrepared<ImportReport>(claim, report, kept, { ...run, link });
}

function ofClass(images: readonly GivenImage[], from: string, wanted: string | undefined): readonly GivenImage[] {
  if (wanted === undefined) return images;
  const found = images.filter(({ clsname }) => clsname === wanted);
  if (found.length > 0) return found;
  const there = [...new Set(images.map(({ clsname }) => clsname))];
  throw new UserError(`--class ${wanted}: no such class in ${from}; there are ${there.join(', ') || 'none'}`, 2);
}

function oneName(images: readonly GivenImage[], name: string | undefined): readonly GivenImage[] {
  if (name === undefined) return images;
  const classes = new Set(images.map(({ clsname }) => clsname));
  if (classes.size > 1) {
    throw new UserError(
      `--name ${name}: renames one class, but there are ${classes.size}: ${[...classes].join(', ')}; choose one with --class`,
      2,
    );
  }
  return images.map((image) => ({ ...image, clsname: name }));
}

/**
 * The images to use, each once.
 * @throws UserError if an image is on both sides, or has both labels
 */
function choose(
  images: readonly GivenImage[],
  from: string,
  validAs: ValidAs,
): { chosen: GivenImage[]; skipped: Skipped[]; validation: ImportReport['validation'] } {
  const skipped: Skipped[] = [];
  const valid = images.filter(({ given }) => given === 'valid');
  const abnormal = valid.filter(({ label }) => label === 1).length;
  const first = new Map<string, GivenImage>();
  for (const image of images) {
    const used = image.given === 'valid' && validAs !== 'ignore' ? { ...image, given: validAs } : image;
    if (used.given === 'valid') continue;
    const before = first.get(used.source);
    if (before === undefined) first.set(used.source, used);
    else if (before.given !== used.given) throw new UserError(`${from}: ${used.source} is both a training and a test image; remove one`);
    else if (before.label !== used.label) throw new UserError(`${from}: ${used.source} is both normal and abnormal; remove one`);
    else skipped.push({ file: used.source, reason: 'listed twice; one counts' });
  }
  const chosen = [...first.values()].map((image): GivenImage => ({ ...image, maskOfAnySize: true }));
  return { chosen, skipped, validation: { normal: valid.length - abnormal, abnormal, as: validAs } };
}

/** Removes the masks of normal images, and lists those that mark something. */
function withoutMasksOfNormal(images: (GivenImage & ReadImage)[]): Skipped[] {
  const normal = images.filter(({ label, masks }) => label === 0 && masks.length > 0);
  for (const image of normal) image.masks = [];
  return normal
    .filter(({ marked = 0 }) => marked > 0)
    .map(({ source, marked }) => ({
      file: source,
      reason: `its mask marks ${marked} pixels, but the image is normal; the mask is not used`,
    }));
}
