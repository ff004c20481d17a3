import fs from 'node:fs';
import path from 'node:path';
import { NotRead } from '../../limits';
import { HEADER_BYTES, isNifti, parseNiftiHeader } from '../../nifti/header';
import { headOf } from './gzip';

const NAME = /^(.*)\.(hdr|img)(\.gz)?$/i;
/** Bytes that surely hold a header, compressed or not. */
const HEAD_BYTES = 1 << 13;

/**
 * The voxels (.img) of the header of a NIfTI pair (.hdr), each possibly with `.gz`.
 * @throws NotRead if there are none of the same name
 */
export function voxelFileOf(header: string): string {
  const voxels = otherOfPair(header, fs.readdirSync(path.dirname(header)));
  if (voxels === undefined) throw new NotRead('the header of a NIfTI pair, but the .img of the same name is not beside it');
  return path.join(path.dirname(header), voxels);
}

/**
 * The voxels of a file that is the header of a NIfTI pair by its content; undefined for other files,
 * and for a header without voxels, which cannot be read.
 */
export function voxelsOfHeader(file: string): string | undefined {
  if (!NAME.test(path.basename(file)) || !isHeaderOfPair(file)) return undefined;
  const voxels = otherOfPair(file, fs.readdirSync(path.dirname(file)));
  return voxels === undefined ? undefined : path.join(path.dirname(file), voxels);
}

function isHeaderOfPair(file: string): boolean {
  let handle: number | undefined;
  try {
    if (!fs.statSync(file).isFile()) return false;
    handle = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(HEAD_BYTES);
    const head = headOf(bytes.subarray(0, fs.readSync(handle, bytes)));
    return isNifti(head) && !parseNiftiHeader(head.subarray(0, HEADER_BYTES)).single;
  } catch {
    return false; // whoever reads the file says why it cannot be read
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

/** Leaves out the voxels of pairs, which are read with their headers. */
export function withoutVoxelFiles(files: readonly string[]): string[] {
  const isVoxels = (file: string): boolean => NAME.exec(path.basename(file))?.[2].toLowerCase() === 'img';
  const stem = (file: string): string => path.join(path.dirname(file), NAME.exec(path.basename(file))?.[1] ?? '');
  const headers = new Set(files.filter((file) => NAME.test(path.basename(file)) && !isVoxels(file)).map(stem));
  return files.filter((file) => !isVoxels(file) || !headers.has(stem(file)));
}

/**
 * The other name of a pair among names of one folder: .img for .hdr, .hdr for .img. The case of the
 * extension does not count.
 */
export function otherOfPair(file: string, names: readonly string[]): string | undefined {
  const [, stem, kind] = NAME.exec(path.basename(file)) ?? [];
  if (stem === undefined) return undefined;
  return names.find((name) => {
    const [, otherStem, otherKind] = NAME.exec(name) ?? [];
    return otherStem === stem && otherKind.toLowerCase() !== kind.toLowerCase();
  });
}
