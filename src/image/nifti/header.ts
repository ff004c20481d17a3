import { NotRead } from '../limits';
import { dataTypeOf, type DataType } from './data-type';

/** The bytes that a header needs at most. */
export const HEADER_BYTES = 540;

/** A NIfTI header, as far as it is used. */
export interface NiftiHeader {
  version: 1 | 2;
  little: boolean;
  /** True if the voxels are in the same file. */
  single: boolean;
  /** Width, height, depth and number of volumes, as stored: x runs fastest. */
  dims: [number, number, number, number];
  /** Whether the file has the fourth axis, even if it is only one volume long. */
  hasTime: boolean;
  type: DataType;
  /** The first byte of the voxels. */
  start: number;
  /** Bytes of all voxels. */
  bytes: number;
  /** value = slope * stored + intercept */
  slope: number;
  intercept: number;
  /** The first number of pixdim (the sign of the third axis for a quaternion), then voxel sizes. */
  pixdim: readonly [number, number, number, number];
  /** Factor from the unit of the voxel sizes to mm; 1 if the file does not say. */
  toMillimetres: number;
  /** The affine's rows, if the file states them. */
  sform?: readonly (readonly number[])[];
  /** Quaternion (b, c, d) and offset, if the file states them. */
  qform?: { quaternion: readonly [number, number, number]; offset: readonly [number, number, number] };
}

type Kind = 'uint8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64';
const SIZES: Record<Kind, number> = { uint8: 1, int16: 2, int32: 4, int64: 8, float32: 4, float64: 8 };

/** Where a field lies, and its type. */
type Field = readonly [at: number, kind: Kind];

/** Where the fields lie in each version of the header; numbers are places of `real` numbers. */
interface Fields {
  size: 348 | 540;
  magic: number;
  real: 'float32' | 'float64';
  dim: Field;
  datatype: Field;
  pixdim: number;
  start: Field;
  slope: number;
  intercept: number;
  units: Field;
  qform: Field;
  sform: Field;
  quaternion: number;
  offset: number;
  rows: number;
}

const FIELDS: Record<1 | 2, Fields> = {
  1: {
    size: 348,
    magic: 344,
    real: 'float32',
    dim: [40, 'int16'],
    datatype: [70, 'int16'],
    pixdim: 76,
    start: [108, 'float32'],
    slope: 112,
    intercept: 116,
    units: [123, 'uint8'],
    qform: [252, 'int16'],
    sform: [254, 'int16'],
    quaternion: 256,
    offset: 268,
    rows: 280,
  },
  2: {
    size: 540,
    magic: 4,
    real: 'float64',
    dim: [16, 'int64'],
    datatype: [12, 'int16'],
    pixdim: 104,
    start: [168, 'int64'],
    slope: 176,
    intercept: 184,
    units: [500, 'int32'],
    qform: [344, 'int32'],
    sform: [348, 'int32'],
    quaternion: 352,
    offset: 376,
    rows: 400,
  },
};

/** Whether some bytes begin like a NIfTI (or Analyze) header, in either byte order. */
export function isNifti(bytes: Uint8Array): boolean {
  return bytes.length >= 348 && (headerSize(bytes) !== undefined || /^n[i+][12]$/.test(text(bytes, 344, 3)) || isMagic2(bytes));
}

function isMagic2(bytes: Uint8Array): boolean {
  return /^n[i+]2$/.test(text(bytes, 4, 3));
}

/** The size that a header gives for itself, if it is one of the two that exist. */
function headerSize(bytes: Uint8Array): 348 | 540 | undefined {
  const view = viewOf(bytes);
  return ([348, 540] as const).find((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size);
}

/**
 * Reads a NIfTI-1 or NIfTI-2 header in either byte order. Nothing is allocated for the voxels.
 * @param bytes - the beginning of the file, {@link HEADER_BYTES} or what there is
 * @returns sizes that agree with each other; whether the file holds as much is for the caller
 * @throws NotRead for unsupported kinds, Error for damaged headers
 * @see https://nifti.nimh.nih.gov/nifti-1, https://nifti.nimh.nih.gov/nifti-2
 */
export function parseNiftiHeader(bytes: Uint8Array): NiftiHeader {
  if (bytes.length < 348) throw new Error(`${bytes.length} bytes, but a header has at least 348`);
  const version = isMagic2(bytes) || (headerSize(bytes) === 540 && !/^n[i+]1$/.test(text(bytes, 344, 3))) ? 2 : 1;
  const fields = FIELDS[version];
  if (bytes.length < fields.size) throw new Error(`${bytes.length} bytes, but its header has ${fields.size}`);
  const magic = text(bytes, fields.magic, 4);
  if (![`n+${version}\0`, `ni${version}\0`].includes(magic)) {
    throw new NotRead(
      `has a header of ${fields.size} bytes without the mark of NIfTI ("n+${version}" or "ni${version}" at byte ${fields.magic}), as in Analyze 7.5, which does not say what is left and right: convert it to NIfTI`,
    );
  }
  const view = viewOf(bytes);
  const little = byteOrder(view, fields.dim);
  const field = ([at, kind]: Field): number => numberAt(view, at, kind, little);
  const list = (at: number, kind: Kind, count: number): number[] =>
    Array.from({ length: count }, (_, i) => numberAt(view, at + i * SIZES[kind], kind, little));
  const reals = (at: number, count: number): number[] => list(at, fields.real, count);

  const size = field([0, 'int32']);
  if (size !== fields.size) throw new Error(`the header gives itself ${size} bytes instead of ${fields.size}`);
  const { dims, hasTime } = dimensions(list(fields.dim[0], fields.dim[1], 8));
  const type = dataTypeOf(field(fields.datatype));
  const single = magic[1] === '+';
  const start = field(fields.start);
  const first = single ? fields.size + 4 : 0;
  if (!Number.isSafeInteger(start) || start < first)
    throw new Error(`the voxels begin at byte ${start}; expected ${first} or a later byte`);
  const pixdim = reals(fields.pixdim, 4);
  const [slope, intercept] = [reals(fields.slope, 1)[0], reals(fields.intercept, 1)[0]];
  const header: NiftiHeader = {
    version,
    little,
    single,
    dims,
    hasTime,
    type,
    start,
    bytes: dims.reduce((product, n) => product * n, type.bytes),
    ...scaling(slope, intercept),
    pixdim: [pixdim[0], ...pixdim.slice(1).map(voxelSize)] as unknown as NiftiHeader['pixdim'],
    toMillimetres: { 1: 1000, 3: 0.001 }[field(fields.units) & 7] ?? 1,
  };
  if (field(fields.sform) > 0) header.sform = [0, 1, 2].map((row) => reals(fields.rows + row * 4 * SIZES[fields.real], 4));
  else if (field(fields.qform) > 0) {
    const triple = (at: number): [number, number, number] => reals(at, 3) as [number, number, number];
    header.qform = { quaternion: triple(fields.quaternion), offset: triple(fields.offset) };
  }
  return header;
}

/**
 * True for little endian: the number of axes is 1 to 7 in one byte order only.
 * @throws Error if it is not in either
 */
function byteOrder(view: DataView, [at, kind]: Field): boolean {
  const possible = (little: boolean): boolean => {
    const axes = numberAt(view, at, kind, little);
    return axes >= 1 && axes <= 7;
  };
  if (possible(true)) return true;
  if (possible(false)) return false;
  const little = view.getInt32(0, true) === 348 || view.getInt32(0, true) === 540;
  throw new Error(`the header has ${numberAt(view, at, kind, little)} axes (dim[0]); expected 1 to 7`);
}

function dimensions([axes, ...sizes]: number[]): Pick<NiftiHeader, 'dims' | 'hasTime'> {
  const used = sizes.slice(0, axes);
  const wrong = used.find((n) => !Number.isSafeInteger(n) || n < 1);
  if (wrong !== undefined) throw new Error(`the header gives the dimensions ${used.join(' x ')}`);
  const [x, y = 1, z = 1, t = 1, ...more] = used;
  if (more.some((n) => n !== 1)) {
    throw new NotRead(
      `a NIfTI file of ${axes} axes (${used.join(' x ')}), such as vectors or colours; supported are volumes and series of volumes: save one component`,
    );
  }
  if (x * y * z * t > Number.MAX_SAFE_INTEGER / 8) throw new Error(`the header gives the dimensions ${used.join(' x ')}`);
  return { dims: [x, y, z, t], hasTime: axes >= 4 };
}

/** A slope of 0, or one that is no number, means that values are as stored. */
function scaling(slope: number, intercept: number): { slope: number; intercept: number } {
  if (slope === 0 || !Number.isFinite(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(intercept)) throw new Error(`the header has the slope ${slope} and the intercept ${intercept}`);
  return { slope, intercept };
}

/** As in nibabel, a voxel size of 0 is 1, and a negative one positive. */
function voxelSize(size: number): number {
  return size === 0 ? 1 : Math.abs(size);
}

function numberAt(view: DataView, at: number, kind: Kind, little: boolean): number {
  switch (kind) {
    case 'uint8':
      return view.getUint8(at);
    case 'int16':
      return view.getInt16(at, little);
    case 'int32':
      return view.getInt32(at, little);
    case 'int64':
      return Number(view.getBigInt64(at, little));
    case 'float32':
      return view.getFloat32(at, little);
    case 'float64':
      return view.getFloat64(at, little);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
