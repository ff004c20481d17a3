import type { Random } from '../../common/random';
import { gaussianBlur } from '../../image/gaussian-blur';
import type { GrayImage } from '../../image/image';
import { PixelGrid } from '../physics/pixel-grid';
import { smoothNoise, whiteNoise, type Noise } from '../physics/noise';
import { scanSignals, SEQUENCES, type Sequence, type Tissue } from './contrast';

/** A device and its settings. */
export interface BrainScan {
  sequence: Sequence;
  grid: PixelGrid;
  signals: Record<Tissue, number>;
  /** Field of view, mm. */
  fieldOfView: number;
  /** Rotation of the head, degrees. */
  turn: number;
  /** Width of a border between tissues, mm: a thick slice cuts borders at an angle. */
  partialVolume: number;
  /** Standard deviation of the point spread, pixels. */
  blur: number;
  /**
   * Standard deviation of the noise in each of the two channels, relative to the brightest display
   * value.
   */
  noise: number;
  /** Standard deviation of the reconstruction's smoothing of the noise, pixels; 0 for none. */
  noiseBlur: number;
  /** Grey level of a signal of 1. */
  gain: number;
  /** Sensitivity of the coils over the field; its mean is about 1. */
  bias: Noise;
  biasStrength: number;
}

/** Random settings of a device: sequence, field of view, pose, coils, noise. */
export function randomBrainScan(random: Random, size: number): BrainScan {
  const sequence = random.pick(SEQUENCES);
  const fieldOfView = random.uniform(182, 240);
  const turn = random.normal(0, 4);
  const mm = fieldOfView / size;
  const shift = (): number => (random.normal(0, 3.5) / fieldOfView) * size;
  const grid = new PixelGrid(size, mm, (turn * Math.PI) / 180, shift(), shift());
  const uneven = smoothNoise(random, 150);
  const tiltX = random.normal(0, 0.4);
  const tiltY = random.normal(0, 0.4);
  const hollow = random.uniform(-0.2, 0.8);
  const scale = size / 256;
  return {
    sequence,
    grid,
    signals: scanSignals(random, sequence),
    fieldOfView,
    turn,
    partialVolume: random.uniform(0.8, 1.7),
    blur: random.uniform(0.45, 0.95) * scale,
    noise: 0.012 + 0.035 * random.uniform() * random.uniform(),
    noiseBlur: random.chance(0.5) ? random.uniform(0.4, 0.8) * scale : 0,
    gain: random.uniform(200, 275) * (sequence === 'FLAIR' ? 1.25 : 1.1),
    bias: (x, y) => uneven(x, y) + (tiltX * x + tiltY * y) / 90 + hollow * ((x * x + y * y) / 8100 - 0.5),
    biasStrength: random.uniform(0.02, 0.14),
  };
}

/**
 * Converts a map of signals into a picture: coils, point spread, Rician noise of a magnitude image,
 * display.
 */
export function acquire(signal: Float32Array, scan: BrainScan, random: Random): GrayImage {
  const { grid, gain, noise } = scan;
  const n = grid.size * grid.size;
  const received = new Float32Array(n);
  grid.forEach((i, x, y) => {
    received[i] = signal[i] === 0 ? 0 : signal[i] * (1 + scan.biasStrength * scan.bias(x, y));
  });
  const sharp = gaussianBlur(received, grid.size, grid.size, scan.blur);
  const [real, imaginary] = [channelNoise(scan, random, n), channelNoise(scan, random, n)];
  const data = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const a = sharp[i] + noise * real[i];
    const b = noise * imaginary[i];
    data[i] = Math.min(255, Math.round(gain * Math.sqrt(a * a + b * b)));
  }
  return { width: grid.size, height: grid.size, channels: 1, data };
}

function channelNoise({ grid, noiseBlur }: BrainScan, random: Random, n: number): ArrayLike<number> {
  const white = whiteNoise(random, n);
  if (noiseBlur === 0) return white;
  const smooth = gaussianBlur(white, grid.size, grid.size, noiseBlur);
  const strength = Math.sqrt(Math.max(1, 4 * Math.PI * noiseBlur * noiseBlur)); // restores nearly unit variance
  return smooth.map((v) => v * strength);
}
