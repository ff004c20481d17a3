import type { Random } from '../../common/random';
import type { GrayImage } from '../../image/image';
import { gaussianBlur } from '../../image/gaussian-blur';
import { wideBlur } from '../physics/blur';
import { PixelGrid } from '../physics/pixel-grid';
import { whiteNoise } from '../physics/noise';
import { clamp01 } from '../physics/soft';
import type { ChestAnatomy } from './anatomy';

/**
 * Attenuation per mm in the hard beam of chest radiographs: water-like tissue, and the addition of
 * dense bone.
 */
export const MU = { tissue: 0.0165, bone: 0.042 };

/** An X-ray unit and its settings. */
export interface ChestScan {
  grid: PixelGrid;
  fieldOfView: number;
  turn: number;
  /** Ratio of scattered to direct radiation behind thick tissue. */
  scatter: number;
  /** Spread of the scatter, mm. */
  scatterSpread: number;
  /** Photons per pixel in the open beam. */
  photons: number;
  blur: number;
  /** Darkness and steepness of the display. */
  brightness: number;
  steepness: number;
  /** Strength of the unit's enhancement of detail. */
  detail: number;
}

/** Random settings of a unit: field, exposure, scatter, display. */
export function randomChestScan(random: Random, size: number): ChestScan {
  const fieldOfView = random.uniform(318, 400);
  const mm = fieldOfView / size;
  const turn = random.normal(0, 1.8);
  const grid = new PixelGrid(size, mm, (turn * Math.PI) / 180, random.normal(0, 6) / mm, (random.normal(4, 8) + 0) / mm);
  return {
    grid,
    fieldOfView,
    turn,
    scatter: random.uniform(0.25, 1),
    scatterSpread: random.uniform(22, 40),
    photons: Math.exp(random.uniform(Math.log(1.5e4), Math.log(9e4))),
    blur: (random.uniform(0.5, 0.9) * size) / 256,
    brightness: random.uniform(-0.09, 0.09),
    steepness: random.uniform(0.9, 1.12),
    detail: random.uniform(0, 0.9),
  };
}

/**
 * The exposure and the scatter, calculated from the radiation that passes through the anatomy
 * without lesions.
 */
export interface Exposure {
  scattered: Float32Array;
  /** Logarithm of the detector's signal behind the lung and behind the middle of the chest. */
  dark: number;
  bright: number;
}

/** The attenuation of an anatomy, as the exponent in the Beer-Lambert law. */
export function attenuation({ tissue, lung, vessels, bone, lungDensity }: ChestAnatomy): Float32Array {
  return tissue.map((t, i) => MU.tissue * (t + lungDensity * lung[i] + vessels[i]) + MU.bone * bone[i]);
}

/** Scatter and display range for a patient in a unit. */
export function expose(exponent: Float32Array, { grid, scatter, scatterSpread }: ChestScan): Exposure {
  const primary = exponent.map((a) => Math.exp(-Math.min(a, 7)));
  const inBody = primary.map((p) => Math.min(p, 0.25));
  const scattered = wideBlur(inBody, grid.size, scatterSpread / grid.mm).map((p) => scatter * (0.4 * p + 0.012));
  const levels = new Float32Array(primary.length);
  let count = 0;
  grid.forEach((i, x, y) => {
    if (i % 3 === 0 && Math.abs(x) < 130 && Math.abs(y) < 110) levels[count++] = primary[i] + scattered[i];
  });
  const sorted = levels.subarray(0, count).sort();
  const level = (share: number): number => -Math.log(sorted[Math.floor((1 - share) * (count - 1))]);
  return { scattered, dark: level(0.04), bright: level(0.97) };
}

/**
 * Converts attenuation into a picture: direct and scattered radiation, quantum noise, logarithm,
 * display.
 */
export function develop(exponent: Float32Array, exposure: Exposure, scan: ChestScan, random: Random): GrayImage {
  const { grid, photons, detail } = scan;
  const n = grid.size * grid.size;
  const light = Float32Array.from(exponent, (a, i) => Math.exp(-Math.min(a, 7)) + exposure.scattered[i]);
  const sharp = gaussianBlur(light, grid.size, grid.size, scan.blur);
  const noise = whiteNoise(random, n);
  const film = new Float32Array(n);
  const range = exposure.bright - exposure.dark;
  for (let i = 0; i < n; i++) {
    const counted = Math.max(1e-4, sharp[i] + Math.sqrt(sharp[i] / photons) * noise[i]);
    film[i] = (-Math.log(counted) - exposure.dark) / range;
  }
  const soft = detail > 0 ? gaussianBlur(film, grid.size, grid.size, (4 * grid.size) / 256) : film;
  const data = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const v = film[i] + detail * Math.max(-0.05, Math.min(0.05, film[i] - soft[i]));
    data[i] = Math.round(255 * clamp01(curve(0.5 + scan.steepness * (v - 0.5) + scan.brightness)));
  }
  return { width: grid.size, height: grid.size, channels: 1, data };
}

/** The curve of the display: straight in the middle, flat at the bright end. */
function curve(v: number): number {
  const u = 0.24 + 0.62 * v;
  if (u > 0.85) return 1 - 0.15 * Math.exp(-(u - 0.85) / 0.15);
  return u;
}
