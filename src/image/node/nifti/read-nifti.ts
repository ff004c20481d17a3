import { MAX_PIXELS, NotRead } from '../../limits';
import { HEADER_BYTES, isNifti, parseNiftiHeader, type NiftiHeader } from '../../nifti/header';
import { NiftiVolume } from '../../nifti/volume';
import { readImageBytes } from '../read-bytes';
import { headOf, inflate, isGzip } from './gzip';
import { voxelFileOf } from './pair';

/** Voxels of more bytes, not compressed, are refused. */
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
 * Reads the header in the bytes of a file: .nii or .hdr, possibly compressed. What it claims is
 * compared with the bytes that there are.
 * @throws NotRead for unsupported kinds, Error for damage
 */
export function readNiftiHeader(bytes: Buffer): NiftiHeader {
  const header = parseNiftiHeader(headOf(bytes).subarray(0, HEADER_BYTES));
  const [x, y, z, t] = header.dims;
  const claimed = `${x} x ${y} x ${z}${header.hasTime ? ` x ${t}` : ''} voxels of ${header.type.bytes * 8} bits`;
  if (header.single) checkRoom(bytes, header, claimed);
  if (header.start + header.bytes > MAX_VOLUME_BYTES)
    throw new NotRead(`${claimed}; at most ${MAX_VOLUME_BYTES / 2 ** 20} MB are supported: cut it, or save fewer volumes or bits`);
  if (Math.max(x * y, x * z, y * z) > MAX_PIXELS) throw new NotRead(`${claimed}: slices of more than ${MAX_PIXELS / 1e6} megapixels`);
  return header;
}

/**
 * Reads the voxels that belong to a header. Memory is taken only for bytes that there are.
 * @param bytes - the file with the header
 * @param file - its name, by which the .img of a .hdr is found
 * @throws Error if there are fewer bytes than the header asks for
 */
export async function readNiftiVolume(header: NiftiHeader, bytes: Buffer, file: string): Promise<NiftiVolume> {
  const source = header.single ? bytes : readImageBytes(voxelFileOf(file));
  if (!header.single) checkRoom(source, header, `${header.bytes} bytes of voxels in its .img`);
  const end = header.start + header.bytes;
  const whole = isGzip(source) ? await inflate(source, end) : source;
  if (whole.length < end) throw new Error(`${whole.length} bytes, but the header asks for ${end}`);
  return new NiftiVolume(header, whole.subarray(header.start, end));
}

function checkRoom(source: Buffer, { start, bytes }: NiftiHeader, claimed: string): void {
  const most = isGzip(source) ? source.length * MOST_INFLATED : source.length;
  if (start + bytes > most) throw new Error(`${source.length} bytes, but the header claims ${claimed}`);
}
