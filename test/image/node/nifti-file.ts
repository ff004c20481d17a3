import zlib from 'node:zlib';

/** What a made NIfTI-1 file holds; by default float32, RAS, voxels of 1 mm. */
export interface MadeNifti {
  dims: number[];
  values?: ArrayLike<number>;
  /** Voxel sizes; they become the sform unless `sform` is given. */
  sizes?: [number, number, number];
  sform?: number[][];
  slope?: number;
  intercept?: number;
  gzip?: boolean;
}

/** A NIfTI-1 file of float32 for tests; x runs fastest in `values`. */
export function niftiFile({ dims, values = [], sizes = [1, 1, 1], sform, slope = 1, intercept = 0, gzip = false }: MadeNifti): Buffer {
  const count = dims.reduce((product, n) => product * n, 1);
  const bytes = Buffer.alloc(352 + 4 * count);
  bytes.writeInt32LE(348, 0);
  [dims.length, ...dims].forEach((n, i) => bytes.writeInt16LE(n, 40 + 2 * i));
  bytes.writeInt16LE(16, 70);
  bytes.writeInt16LE(32, 72);
  [1, ...sizes].forEach((size, i) => bytes.writeFloatLE(size, 76 + 4 * i));
  bytes.writeFloatLE(352, 108);
  bytes.writeFloatLE(slope, 112);
  bytes.writeFloatLE(intercept, 116);
  bytes[123] = 2; // mm
  bytes.writeInt16LE(1, 254);
  const rows = sform ?? sizes.map((size, r) => [0, 1, 2, 3].map((c) => (c === r ? size : 0)));
  rows.flat().forEach((v, i) => bytes.writeFloatLE(v, 280 + 4 * i));
  bytes.write('n+1\0', 344, 'latin1');
  for (let i = 0; i < count; i++) bytes.writeFloatLE(values[i] ?? 0, 352 + 4 * i);
  return gzip ? zlib.gzipSync(bytes) : bytes;
}
