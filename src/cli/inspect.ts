import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../common/errors';
import { checkWritable, writeFileAtomic } from '../common/node/files';
import { progressBar } from '../common/node/progress-bar';
import { npyBytes, npyParts } from '../common/npy';
import { type LongRun, stopIfAsked } from '../common/progress';
import type { Raster } from '../image/image';
import type { FrameFacts } from '../image/node/stored-frames';
import { WINDOW_FORMS } from '../image/window';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit } from './output';

interface Options {
  out?: string;
  window?: string;
  axis?: string;
  volume?: number;
  json?: boolean;
}

/** What `inspect` reports. Nothing in it says whose image it is. */
interface Inspection extends Pick<FrameFacts, 'frames' | 'width' | 'height' | 'channels'> {
  file: string;
  format: string;
  /** Stored bits of a sample. */
  depth: number;
  spacing: FrameFacts['spacing'] | null;
  /** How slices were cut from a volume; null for other images. */
  cut: FrameFacts['cut'] | null;
  /** The window of each frame, in words; null for formats without windows. */
  windows: string[] | null;
  /** The levels of each frame, in [0, 1]. */
  levels: { min: number; mean: number; max: number }[];
  /** The files written: one a frame, and `volume.npy` of a volume. */
  written: string[];
}

/** `mediclip inspect`: how a file is read. */
export function registerInspect(root: Command): void {
  root
    .command('inspect')
    .summary('show what an image file holds and how it is read')
    .description(
      'Show what an image file holds and how it is read: format, size, frames, depth, window, spacing.\n' +
        'Every frame is decoded. With --out, each is written as frame-0.npy, frame-1.npy ...: float32, ' +
        '[H, W] or [H, W, 3], values in [0, 1], as training and testing see them before resizing.\n' +
        'The frames of a NIfTI file are the slices of one volume. With --out, volume.npy also holds the ' +
        'values of all its voxels before the window, [X, Y, Z] or [X, Y, Z, T] to the right, to the front and up (RAS+).',
    )
    .argument('<file>', 'image file')
    .option('--out <dir>', 'folder for the frames')
    .option('--window <window>', `window of a DICOM or NIfTI file: ${WINDOW_FORMS}; default: the file's first, else the range`)
    .option(
      '--axis <axis>',
      'how a volume is cut: sagittal, coronal or axial, or x, y, z (default: along the axis with the largest spacing)',
    )
    .option('--volume <n>', 'which volume of a file with several, from 0 (default: 0)', wholeNumber('--volume', 0))
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: Options) => {
      const bar = progressBar();
      try {
        const inspection = await inspect(file, options, { onProgress: bar.onProgress, signal: interruptSignal() });
        bar.clear();
        emit(options.json, inspection, describe);
      } finally {
        bar.clear();
      }
    });
}

async function inspect(file: string, { out, window, axis, volume }: Options, run: LongRun): Promise<Inspection> {
  const { openImageFile } = await import('../image/node/image-file');
  const { checkApplied } = await import('../image/node/volume-options');
  if (out !== undefined) checkWritable(out);
  const image = await openImageFile(file, { window, axis, volume });
  checkApplied({ axis, volume }, image.choices ?? [], file);
  const { format, frames, width, height, channels, bits: depth, spacing = null, cut = null } = image;
  const levels: Inspection['levels'] = [];
  const written: string[] = [];
  const write = (target: string, content: Parameters<typeof writeFileAtomic>[1]): void => {
    if (fs.existsSync(target) && fs.realpathSync(target) === fs.realpathSync(file))
      throw new UserError(`${target}: is the file itself; choose another --out`);
    writeFileAtomic(target, content);
    written.push(target);
  };
  try {
    for (let i = 0; i < frames; i++) {
      stopIfAsked(run);
      run.onProgress?.({ phase: 'reading frames', done: i, total: frames });
      const { raster } = await image.frame(i);
      const values = unitLevels(raster);
      levels.push(spread(values));
      if (out === undefined) continue;
      const shape = [raster.height, raster.width, ...(raster.channels === 1 ? [] : [raster.channels])];
      write(path.join(out, `frame-${i}.npy`), npyBytes(values, shape));
    }
    if (out !== undefined && image.values) {
      const { shape, parts } = await image.values();
      write(path.join(out, VOLUME_FILE), npyParts(parts, shape));
    }
  } catch (error) {
    for (const target of written) fs.rmSync(target, { force: true }); // some of the frames would be half a result
    throw error;
  }
  if (out !== undefined) removeOthers(out, frames, image.values !== undefined);
  const windows = image.window ? levels.map((_, i) => (image.window as (i: number) => string)(i)) : null;
  return { file, format, frames, width, height, channels, depth, spacing, cut, windows, levels, written };
}

/** Levels as fractions of the largest: v / 255 or v / 65535, in float32. */
function unitLevels({ data }: Raster): Float32Array {
  const most = data instanceof Uint16Array ? 65535 : 255;
  return Float32Array.from(data, (v) => v / most);
}

function spread(values: Float32Array): Inspection['levels'][number] {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const v of values) {
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
  }
  return { min, mean: sum / values.length, max };
}

/** The values of a whole volume. */
const VOLUME_FILE = 'volume.npy';

/** Removes what an earlier inspection left in the folder beyond the frames and volume of this file. */
function removeOthers(out: string, frames: number, volume: boolean): void {
  if (!volume) fs.rmSync(path.join(out, VOLUME_FILE), { force: true });
  for (const name of fs.readdirSync(out)) {
    const number = /^frame-(\d+)\.npy$/.exec(name)?.[1];
    if (number !== undefined && Number(number) >= frames) fs.rmSync(path.join(out, name), { force: true });
  }
}

function describe({ file, format, frames, width, height, channels, depth, spacing, cut, windows, levels, written }: Inspection): string[] {
  const lines = [
    `${file}: ${format}, ${frames > 1 ? `${frames} frames of ` : ''}${width} x ${height}, ${channels === 1 ? 'grey' : 'RGB'}, ${depth} bits`,
  ];
  if (spacing)
    lines.push(`spacing: ${mm(spacing.row)} x ${mm(spacing.column)} mm${spacing.slice ? `, slices ${mm(spacing.slice)} mm apart` : ''}`);
  if (cut) {
    const volumes = cut.volumes > 1 ? `; of the volumes 0 to ${cut.volumes - 1} this is ${cut.volume} (--volume chooses)` : '';
    lines.push(`${cut.axis ? `${cut.axis} slices, ${cut.up}` : 'slices as stored'}${volumes}`);
  }
  levels.forEach(({ min, mean, max }, i) => {
    const window = windows ? `window ${windows[i]}; ` : '';
    lines.push(`frame ${i}: ${window}levels ${min.toFixed(3)} to ${max.toFixed(3)}, mean ${mean.toFixed(3)}`);
  });
  const last = written[frames - 1];
  if (last !== undefined) lines.push(`${frames === 1 ? last : `${written[0]} to ${path.basename(last)}`} written`);
  lines.push(...written.slice(frames).map((target) => `${target} written`));
  return lines;
}

function mm(value: number): string {
  return String(Number(value.toPrecision(4)));
}
