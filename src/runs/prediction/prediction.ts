import type { CsvValue } from '../../common/csv';
import type { Region } from '../../image/regions';
import type { VolumeScore } from '../calibration';
import type { MapScale } from '../map-scale';
import type { Verdict } from '../verdict';

/** The prediction for one image. */
export interface Prediction extends Verdict {
  /** The file as given, or found in a folder that was given. */
  image: string;
  /** The frame of a file with several, from 0; null if it has one. */
  frame: number | null;
  /** The volume to which a slice belongs ({@link VolumePrediction.volume}); null for an image. */
  volume: string | null;
  /** Its place in the volume, from 0, in the order of the slices in space; null for an image. */
  slice: number | null;
  /** The size of the image, upright. */
  width: number;
  height: number;
  /** Distances of pixels in mm, if they are known. */
  spacing: { row: number; column: number } | null;
  /** The window by which levels were made from stored values, in words; null without one. */
  window: string | null;
  /** Higher is more abnormal; comparable between images of the same run. */
  score: number;
  /** 16-bit grey PNG, S x S: `mapRange` as 0 to 65535; null for methods without maps. */
  map: string | null;
  /**
   * The image at its own size with its map in the heat colours of the run's scale, the outline of
   * the mask, and a colour bar below.
   */
  overlay: string | null;
  /** The colour scale of the overlay; the same for all images of a run. */
  scale: MapScale | null;
  /**
   * The values of the map at 0 and at 65535, the same for all images of a run: 0 and 1 if maps are
   * probabilities (MediCLIP and the language-based methods), else 0 and ten times the last colour
   * of the scale.
   */
  mapRange: readonly [number, number] | null;
  /** Number of pixels of the map outside that range, which are 0 or 65535 in the file. */
  mapClipped: number | null;
  /** Black and white PNG at the image's own size; null without a calibration or without maps. */
  mask: string | null;
  /** The regions of the mask, from the highest peak to the lowest; null if there is no mask. */
  regions: Region[] | null;
  /** Regions with fewer pixels are left out, and how many were; null if there is no mask. */
  leastRegion: number | null;
  specks: number | null;
  /** Further files of a single image that were asked for: NPY, NIfTI, DICOM SEG. */
  files: string[];
}

/** The prediction for a volume or a series of slices. */
export interface VolumePrediction extends Verdict {
  /** Its name: of its file or folder. */
  volume: string;
  slices: number;
  score: number;
  /** How the score follows from those of the slices. */
  rule: VolumeScore;
  /** Files of the whole volume that were asked for: NIfTI, DICOM SEG. */
  files: string[];
  /** The slices with the highest scores, highest first. */
  worst: Pick<Prediction, 'image' | 'frame' | 'slice' | 'score' | 'overlay'>[];
}

/** The columns of `predictions.csv`; those of version 0.1.0 come first. */
export const COLUMNS = [
  ...(['image', 'score', 'map', 'overlay', 'map_low', 'map_high', 'map_clipped', 'overlay_low', 'overlay_high'] as const),
  ...(['frame', 'volume', 'slice', 'width', 'height', 'row_mm', 'column_mm', 'window'] as const),
  ...(['percentile', 'reported', 'verdict', 'mask', 'regions', 'mask_area', 'mask_mm2'] as const),
] as const;

/** A prediction as a row of `predictions.csv`. */
export function rowOf(found: Prediction): Record<(typeof COLUMNS)[number], CsvValue> {
  const { image, score, map, overlay, mapClipped, frame, volume, slice, width, height, window, percentile, reported, verdict, mask } =
    found;
  const { scale, mapRange, spacing, regions } = found;
  const area = regions && regions.reduce((sum, region) => sum + region.area, 0);
  return {
    image,
    score,
    map,
    overlay,
    map_low: mapRange && mapRange[0],
    map_high: mapRange && mapRange[1],
    map_clipped: mapClipped,
    overlay_low: scale && scale.low,
    overlay_high: scale && scale.high,
    frame,
    volume,
    slice,
    width,
    height,
    row_mm: spacing && spacing.row,
    column_mm: spacing && spacing.column,
    window,
    percentile,
    reported: reported === null ? null : Number(reported),
    verdict,
    mask,
    regions: regions && regions.length,
    mask_area: area,
    mask_mm2: area !== null && spacing ? area * spacing.row * spacing.column : null,
  };
}
