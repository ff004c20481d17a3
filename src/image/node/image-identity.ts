import fs from 'node:fs';
import path from 'node:path';
import { sha256, sha256File } from '../../common/node/files';
import { voxelsOfHeader } from './nifti/pair';

/**
 * SHA-256 of an image as it is stored: of its file, or, of a NIfTI pair, of the hashes of both of
 * its files. Pairs of one scanner often have equal headers.
 * @param file - of a pair the header
 * @param content - the bytes of the file, if they were read already
 * @throws UserError if it cannot be read
 */
export function imageHash(file: string, content?: Uint8Array): string {
  const own = content ? sha256(content) : sha256File(file);
  const voxels = voxelsOfHeader(file);
  return voxels === undefined ? own : sha256(`${own} ${sha256File(voxels)}`);
}

/**
 * A string that is equal for all names of the same image, through hard and symbolic links, and for
 * no other. A file that is missing stands for itself.
 */
export function imageIdentity(file: string): string {
  const voxels = voxelsOfHeader(file);
  return (voxels === undefined ? [file] : [file, voxels]).map(fileIdentity).join();
}

function fileIdentity(file: string): string {
  try {
    const { dev, ino } = fs.statSync(file, { bigint: true });
    return ino === 0n ? fs.realpathSync(file) : `${dev}:${ino}`;
  } catch {
    return path.resolve(file); // whoever reads it says why it cannot be read
  }
}
