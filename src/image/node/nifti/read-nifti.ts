import fs from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../../../common/errors';
import { MAX_PIXELS, NotRead } from '../../limits';
import { HEADER_BYTES, isNifti, parseNiftiHeader, type NiftiHeader } from '../../nifti/header';
import { NiftiVolume, niftiGrid, type NiftiGrid } from '../../nifti/volume';
import { readImageBytes } from '../read-bytes';
import { headOf, inflate, isGzip } from './gzip';

/** Volumes of more bytes, not compressed, are refused. */
const MAX_VOLUME_BYTES = 2 ** 30;

/** Deflate makes at most 1032 bytes of one. */
const MOST_INFLATED = 1032;

/** Whether a file's bytes are a NIfTI file, compressed or not, or the header of a pair. */
export function isNiftiFile(bytes: Buffer): boolean {
  if (!isGzip(bytes)) return isNifti(bytes);
  try {
    return isNifti(headOf(bytes));
  } catch {
    return false;
  }
}

/**
 * The other file of a NIfTI pair: the voxels (.img) of a header (.hdr), or the header of voxels,
 * each possibly with `.gz`. Case does not count.
 * @returns undefined if there is none
 */
export function otherOfPair(file: string): string | undefined {
  const match = /^(.*)\.(hdr|img)(\.gz)?$/i.exec(path.basename(file));
  if (!match) return undefined;
  const wanted = `${match[1]}.${match[2].toLowerCase() === 'hdr' ? 'img' : 'hdr'}`.toLowerCase();
  const dir = path.dirname(file);
  const names = fs.readdirSync(dir).filter((name) => name.toLowerCase().replace(/\.gz$/, '') === wanted);
  const same = names.find((name) => name.startsWith(match[1])) ?? names[0]; // in the same case, if there are several
  return same === undefined ? undefined : path.join(dir, same);
}

/**
 * Reads a NIfTI-1 or NIfTI-2 file: .nii, .hdr with .img (either may be given), each possibly
 * compressed. What the header claims is compared with the bytes that there are, before memory is
 * taken.
 * @throws UserError in one line
 */
export async function readNifti(file: string): Promise<NiftiVolume> {
  const bytes = readImageBytes(file);
  if (!isNiftiFile(bytes) && /\.img(\.gz)?$/i.test(file)) {
    const header = otherOfPair(file);
    if (header === undefined) throw new UserError(`${file}: the voxels of a NIfTI pair, but there is no .hdr of the same name beside it`);
    return readNifti(header);
  }
  return inOneLine(file, async () => {
    const { header } = headerOf(bytes);
    const end = header.start + header.bytes;
    const source = header.single ? bytes : readImageBytes(voxelFile(file));
    const whole = isGzip(source) ? await inflateChecked(source, end) : source;
    if (whole.length < end) throw new Error(`${whole.length} bytes, but the header asks for ${end}`);
    return new NiftiVolume(header, whole.subarray(header.start, end));
  });
}

/**
 * The header of a NIfTI file and its geometry, without its voxels.
 * @throws UserError in one line
 */
export async function readNiftiGrid(file: string): Promise<{ header: NiftiHeader; grid: NiftiGrid }> {
  return inOneLine(file, () => Promise.resolve(headerOf(readImageBytes(file))));
}

function headerOf(bytes: Buffer): { header: NiftiHeader; grid: NiftiGrid } {
  const head = headOf(bytes);
  const header = parseNiftiHeader(head.subarray(0, HEADER_BYTES));
  const [x, y, z, t] = header.dims;
  const claimed = `${x} x ${y} x ${z}${header.hasTime ? ` x ${t}` : ''} voxels of ${header.type.bytes * 8} bits`;
  const most = isGzip(bytes) ? bytes.length * MOST_INFLATED : bytes.length;
  if (header.single && header.start + header.bytes > most) throw new Error(`${bytes.length} bytes, but the header claims ${claimed}`);
  if (header.start + header.bytes > MAX_VOLUME_BYTES)
    throw new NotRead(`${claimed}; at most ${MAX_VOLUME_BYTES / 2 ** 20} MB are supported: cut it, or save fewer volumes or bits`);
  if (Math.max(x * y, x * z, y * z) > MAX_PIXELS) throw new NotRead(`${claimed}: slices of more than ${MAX_PIXELS / 1e6} megapixels`);
  return { header, grid: niftiGrid(header) };
}

async function inflateChecked(source: Buffer, end: number): Promise<Buffer> {
  if (end > source.length * MOST_INFLATED) throw new Error(`${source.length} compressed bytes cannot hold the ${end} that the header asks for`);
  return inflate(source, end);
}

function voxelFile(file: string): string {
  const voxels = otherOfPair(file);
  if (voxels === undefined) throw new NotRead('the header of a NIfTI pair, but the .img of the same name is not beside it');
  return voxels;
}

async function inOneLine<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = messageOf(error).split('\n')[0].trim();
    if (error instanceof NotRead) throw new UserError(`${file}: ${why}`);
    throw new UserError(`${file}: the NIfTI file cannot be read (${why}); it is damaged, truncated or of an unusual kind`);
  }
}
