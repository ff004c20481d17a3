import { UsageError } from '../../../common/errors';
import { NotRead } from '../../limits';
import { endsOf, toLevels16, type Ends } from '../../nifti/levels';
import { axisOf, sliceValues, sliceView } from '../../nifti/slices';
import { niftiGrid, type NiftiVolume } from '../../nifti/volume';
import { parseWindow } from '../../window';
import { checkVolume, type ReadOptions, type StoredFrames } from '../stored-frames';
import { readNiftiHeader, readNiftiVolume } from './read-nifti';

/**
 * Opens a NIfTI file: the slices of one of its volumes. The voxels are read with the first slice.
 * All slices have one window: by default the range of the finite values of their volume. As a
 * mask, everything that is not 0 is white.
 * @param file - its name, by which the .img of a .hdr is found
 * @throws NotRead for unsupported kinds, Error for damage, UsageError for options that do not fit
 */
export function openNifti(bytes: Buffer, { volume: t = 0, axis, window, as = 'image' }: ReadOptions, file: string): StoredFrames {
  const header = readNiftiHeader(bytes);
  const grid = niftiGrid(header);
  const volumes = grid.shape[3];
  checkVolume(t, volumes);
  const view = sliceView(axisOf(axis, grid), grid);
  const { width, height } = view;
  const choice = window === undefined ? undefined : parseWindow(window);
  if (choice?.kind === 'file')
    throw new UsageError(`--window ${window}: a NIfTI file states no window; give CENTRE/WIDTH, as 40/400, or range`);
  const chosen = choice?.kind === 'given' ? endsOf(choice) : undefined;
  let loading: Promise<NiftiVolume> | undefined;
  let range: Ends | undefined;
  const load = (): Promise<NiftiVolume> => (loading ??= readNiftiVolume(header, bytes, file));
  return {
    frames: view.slices,
    width,
    height,
    channels: 1,
    bits: header.type.bytes * 8,
    spacing: view.spacing,
    choices: ['axis', 'volume'],
    cut: { axis: view.axis, up: view.up, volume: t, volumes },
    grid,
    window: () => (chosen && window) ?? `range of the volume${range ? ` ${shown(range[0])}..${shown(range[1])}` : ''}`,
    async frame(i) {
      const volume = await load();
      const values = sliceValues(volume, view, i, t);
      const data = as === 'mask' ? marked(values) : toLevels16(values, chosen ?? (range ??= rangeOf(volume, t)));
      return { raster: { width, height, channels: 1, data }, indexed: false, orientation: 1 };
    },
    async values() {
      const volume = await load();
      const [X, Y, Z, T] = grid.shape;
      return { shape: header.hasTime ? [X, Y, Z, T] : [X, Y, Z], parts: slabs(volume, X) };
    },
  };
}

function* slabs(volume: NiftiVolume, count: number): Generator<Float32Array> {
  for (let x = 0; x < count; x++) yield volume.slab(x);
}

/** @throws NotRead if there is none */
function rangeOf(volume: NiftiVolume, t: number): Ends {
  const range = volume.range(t);
  if (!range) throw new NotRead(`volume ${t} of this NIfTI file has no finite values`);
  return range;
}

/** 255 where a mask is neither 0 nor NaN. */
function marked(values: Float64Array): Uint8Array {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++) if (values[i] !== 0 && !Number.isNaN(values[i])) out[i] = 255;
  return out;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
