import { UsageError } from '../../common/errors';
import type { Axis } from '../nifti/slices';
import type { NiftiGrid } from '../nifti/volume';
import type { StoredImage } from '../samples';
import type { ReadAs } from './tiff/range';

/** How the frames of a file are read. */
export interface ReadOptions {
  /** `mask`: only what is not 0 matters; see {@link ReadAs}. Default `image`. */
  as?: ReadAs;
  /** The window of a DICOM file, in words; see `inspect --help`. Default: the file's own. */
  window?: string;
  /** Formats that have no windows ignore `window`; by default it is refused for them. */
  whereThereIsOne?: boolean;
  /** The volume of a file with several, from 0; default 0. */
  volume?: number;
  /** The axis along which a volume is cut into slices; sagittal, coronal, axial, x, y or z. Default: the thickest. */
  axis?: string;
}

/** What is known of a file's frames before they are decoded. Width and height are upright. */
export interface FrameFacts {
  frames: number;
  width: number;
  height: number;
  channels: 1 | 3;
  /** Stored bits of a sample. */
  bits: number;
  /** Distances between the centres of pixels and of slices, in mm. */
  spacing?: { row: number; column: number; slice?: number };
  /** The frames in the order of their planes in space; absent if the file does not state it. */
  order?: readonly number[];
  /** How slices were cut from a volume. */
  cut?: SliceCut;
  /** The options that choose what is shown of the file; default none. */
  choices?: readonly ('axis' | 'volume')[];
  /** The grid of the whole volume, where slices are cut from one. */
  grid?: NiftiGrid;
  /**
   * The window of a frame, in words: `40/400 (the file's first)`, `range 12..1800`. A range is known
   * once the frame is decoded.
   */
  window?: (frame: number) => string;
  /**
   * Whose image it is. These ids identify a person: they are compared and hashed in memory, and
   * never written or shown.
   */
  source?: { patient?: string; study?: string; series?: string; position?: number; instance?: string };
}

/** How slices were cut from a volume; pages of a TIFF lie as they are. */
export interface SliceCut {
  axis?: Axis;
  /** Which way is up and left, for people. */
  up?: string;
  /** The volume, from 0, and how many the file has. */
  volume: number;
  volumes: number;
}

/** The frames of an opened file. Those of one file have one size. */
export interface StoredFrames extends FrameFacts {
  /** @throws NotRead for unsupported kinds, Error for damage */
  frame(i: number): Promise<StoredImage>;
  /** The values of the whole file before any window, float32, row-major, in parts. */
  values?: () => Promise<{ shape: number[]; parts: Iterable<Float32Array> }>;
}

/** @throws UsageError if a file has no such volume */
export function checkVolume(volume: number, volumes: number): void {
  if (volume < volumes) return;
  throw new UsageError(`--volume ${volume}: the file has ${volumes === 1 ? 'one volume, 0' : `the volumes 0 to ${volumes - 1}`}`);
}
