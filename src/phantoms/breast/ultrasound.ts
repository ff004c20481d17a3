import type { Random } from '../../common/random';
import type { GrayImage } from '../../image/image';
import { gaussianBlur, gaussianWeights } from '../../image/gaussian-blur';
import { smoothNoise, whiteNoise, type Noise } from '../physics/noise';
import { clamp01 } from '../physics/soft';

/** A device and a probe with their settings. */
export interface BreastScan {
  size: number;
  /** Width and depth of the frame, mm. */
  width: number;
  depth: number;
  /** Standard deviations of the pulse along the beam, and across the beam in the focus, mm. */
  axial: number;
  lateral: number;
  /**
   * Depth of the focus, and the distance from it at which the beam is wider by the square root of
   * two, mm.
   */
  focus: number;
  focalRange: number;
  /** Range of the display, dB, and the level of white. */
  range: number;
  white: number;
  /** Slope of the error of the depth compensation, dB per mm. */
  slope: number;
  /**
   * Level of the electronic noise at the surface, dB; it rises with depth like the compensation.
   */
  floor: number;
  /**
   * Averaging of neighbouring echoes, as when pictures from several directions are averaged,
   * pixels.
   */
  averaging: number;
  /** Loss of contact along the probe, dB. */
  contact: Noise;
  contactLoss: number;
}

/** Random settings of a device. */
export function randomBreastScan(random: Random, size: number): BreastScan {
  const depth = random.uniform(27, 44);
  return {
    size,
    width: random.uniform(34, 50),
    depth,
    axial: random.uniform(0.13, 0.22),
    lateral: random.uniform(0.2, 0.36),
    focus: random.uniform(0.3, 0.7) * depth,
    focalRange: random.uniform(9, 16),
    range: random.uniform(44, 58),
    white: random.uniform(3, 12),
    slope: random.normal(0.05, 0.2),
    floor: random.uniform(-62, -50),
    averaging: (random.uniform(0.5, 1.2) * size) / 256,
    contact: smoothNoise(random, 18, 2),
    contactLoss: random.chance(0.6) ? random.uniform(6, 24) : 0,
  };
}

/**
 * Acoustic properties of each pixel: strength of the scatterers (dB), and uncompensated loss (dB
 * per mm).
 */
export interface AcousticMaps {
  echo: Float32Array;
  loss: Float32Array;
}

/**
 * Converts acoustic maps into a picture: random scatterers (complex, so that echoes interfere),
 * shaded by the tissue above them and convolved with a pulse that widens away from the focus; then
 * magnitude, logarithm and display.
 */
export function scanBreast({ echo, loss }: AcousticMaps, scan: BreastScan, random: Random): GrayImage {
  const { size } = scan;
  const n = size * size;
  const level = shade(loss, scan);
  const amplitude = Float32Array.from(echo, (dB, i) => Math.exp((dB - level[i]) * 0.1151292546));
  const real = convolve(whiteNoise(random, n), amplitude, scan);
  const imaginary = convolve(whiteNoise(random, n), amplitude, scan);
  const electronic = whiteNoise(random, 2 * n);
  const intensity = new Float32Array(n);
  for (let y = 0, i = 0; y < size; y++) {
    const z = y / size;
    const hiss = Math.exp((scan.floor + 22 * z * z) * 0.1151292546);
    for (let x = 0; x < size; x++, i++) {
      const a = real[i] + hiss * electronic[2 * i];
      const b = imaginary[i] + hiss * electronic[2 * i + 1];
      intensity[i] = a * a + b * b;
    }
  }
  const averaged = gaussianBlur(intensity, size, size, scan.averaging);
  const data = Uint8Array.from(averaged, (v) => {
    const dB = 4.342944819 * Math.log(v + 1e-12);
    return Math.round(255 * clamp01(1 + (dB - scan.white) / scan.range));
  });
  return { width: size, height: size, channels: 1, data };
}

/** How far the loss of a column spreads sideways: the breadth of the beam, pixels. */
export function beamBlur({ size, width }: BreastScan): number {
  return (0.8 * size) / width;
}

/** How far the echo of a scatterer spreads sideways, pixels. */
export function pulseReach(scan: BreastScan): number {
  const widest = Math.max(beamWidth(scan, 0), beamWidth(scan, scan.depth), scan.axial * (scan.width / scan.depth));
  return Math.ceil(4 * ((widest * scan.size) / scan.width) + 4 * scan.averaging) + 2;
}

function beamWidth({ lateral, focus, focalRange }: BreastScan, z: number): number {
  const away = (z - focus) / focalRange;
  return lateral * Math.sqrt(1 + away * away);
}

/** The loss above every pixel, dB. */
function shade(loss: Float32Array, scan: BreastScan): Float64Array {
  const { size, depth, width } = scan;
  const step = depth / size;
  const total = new Float32Array(loss.length);
  for (let x = 0; x < size; x++) {
    const touch = scan.contact((x * width) / size, 0);
    let sum = scan.contactLoss * clamp01(2 * touch - 0.2);
    for (let y = 0; y < size; y++) {
      sum += (loss[y * size + x] + scan.slope) * step;
      total[y * size + x] = Math.min(45, sum);
    }
  }
  const weights = gaussianWeights(beamBlur(scan));
  const out = new Float64Array(total.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let sum = weights[0] * total[y * size + x];
      for (let k = 1; k < weights.length; k++) {
        sum += weights[k] * (total[y * size + Math.max(0, x - k)] + total[y * size + Math.min(size - 1, x + k)]);
      }
      out[y * size + x] = sum;
    }
  }
  return out;
}

/**
 * Convolves scatterers of given strength with the pulse. The kernels have unit energy to keep the
 * mean level.
 */
function convolve(white: Float32Array, amplitude: Float32Array, scan: BreastScan): Float32Array {
  const { size, width, depth } = scan;
  for (let i = 0; i < white.length; i++) white[i] *= amplitude[i];
  const across = new Float32Array(white.length);
  for (let y = 0; y < size; y++) {
    const row = y * size;
    const weights = unitEnergy((beamWidth(scan, (y * depth) / size) * size) / width);
    for (let x = 0; x < size; x++) {
      let sum = weights[0] * white[row + x];
      const last = Math.min(weights.length - 1, Math.max(x, size - 1 - x));
      for (let k = 1; k <= last; k++) {
        if (x >= k) sum += weights[k] * white[row + x - k];
        if (x + k < size) sum += weights[k] * white[row + x + k];
      }
      across[row + x] = sum;
    }
  }
  const weights = unitEnergy((scan.axial * size) / depth);
  const out = new Float32Array(white.length);
  for (let y = 0; y < size; y++) {
    const row = y * size;
    for (let k = 1 - weights.length; k < weights.length; k++) {
      const from = (y + k) * size;
      if (from < 0 || from >= white.length) continue;
      const w = weights[Math.abs(k)];
      for (let x = 0; x < size; x++) out[row + x] += w * across[from + x];
    }
  }
  return out;
}

function unitEnergy(sigma: number): Float64Array {
  const weights = gaussianWeights(sigma);
  const energy = 2 * weights.reduce((sum, w) => sum + w * w, 0) - weights[0] * weights[0];
  return weights.map((w) => w / Math.sqrt(energy));
}
