import type { Random } from '../common/random';
import type { GrayImage } from '../image/image';

/** How a picture was rendered, for its row in the sample list. */
export type Metadata = Record<string, string | number>;

/** How visible an anomaly is. */
export interface Strength {
  /** Share of the full change of signal, (0, 1]. */
  contrast: number;
  /** Factor by which its usual extent is multiplied. */
  extent: number;
}

/** A picture with its masks; all images are square and have the same size. */
export interface Rendering {
  image: GrayImage;
  /** 255 on the anomaly, else 0. */
  mask: GrayImage;
  /**
   * 255 where the anomaly may change the picture at all: the anomaly itself, what it pushes aside
   * or shades, and the blur of the device.
   */
  affected: GrayImage;
}

/**
 * One kind of examination. `S` describes a patient and a device, `A` an anomaly in the patient.
 * Rendering a scene with the same generator but without the anomaly gives the same patient, device
 * and noise.
 */
export interface Modality<S, A> {
  /** The kinds of anomaly. */
  kinds: readonly string[];
  /** Contrast and extent at difficulty 0 and at difficulty 1. */
  strengths: { plain: Strength; faint: Strength };
  scene(patient: Random, device: Random, size: number): S;
  anomaly(random: Random, scene: S, kind: string, strength: Strength): A;
  render(scene: S, noise: Random, anomaly?: A): Rendering;
  metadata(scene: S): Metadata;
}

/** The strength for a difficulty from 0 (plain) to 1 (faint and small), by linear interpolation. */
export function strengthOf(difficulty: number, { plain, faint }: { plain: Strength; faint: Strength }): Strength {
  return {
    contrast: plain.contrast + difficulty * (faint.contrast - plain.contrast),
    extent: plain.extent + difficulty * (faint.extent - plain.extent),
  };
}

/** A number for the metadata, rounded to a number of decimals. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
