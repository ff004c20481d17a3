import type { Random } from '../../common/random';
import { blur, field, smoothStep, valueNoise, type Field } from './noise';

/** A mean grey level and a contrast. */
export function levels(random: Random): { base: number; contrast: number } {
  return { base: random.uniform(40, 190), contrast: random.uniform(8, 40) };
}

/** Smooth noise of several scales. */
export function clouds(size: number, random: Random): Field {
  const { base, contrast } = levels(random);
  const noise = valueNoise(size, random.uniform(2, 12), 5, random.uniform(0.4, 0.8), random);
  return { size, data: noise.data.map((v) => base + contrast * v) };
}

/** Bent waves. */
export function stripes(size: number, random: Random): Field {
  const { base, contrast } = levels(random);
  const warp = valueNoise(size, random.uniform(2, 4), 2, 0.5, random);
  const angle = random.uniform(0, Math.PI);
  const waves = random.uniform(3, 16);
  const bend = random.uniform(0.2, 1.5);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const grain = random.uniform(0, 8);
  return field(size, (y, x) => {
    const phase = (2 * Math.PI * waves * (c * x + s * y)) / size + bend * warp.data[y * size + x];
    return base + contrast * Math.sin(phase) + random.normal(0, grain);
  });
}

/** The cells around scattered points, with walls. */
export function cells(size: number, random: Random): Field {
  const { base, contrast } = levels(random);
  const n = random.integer(4, 12);
  const jitter = random.uniform(0.2, 0.8);
  const points = Array.from({ length: n * n }, () => [
    random.uniform(-jitter, jitter) / 2,
    random.uniform(-jitter, jitter) / 2,
    random.normal(),
  ]);
  const wall = random.uniform(0.05, 0.3);
  const sign = random.chance(0.5) ? 1 : -1;
  return field(size, (y, x) => {
    const [v, u] = [(y / size) * n, (x / size) * n];
    let [nearest, second, shade] = [9, 9, 0];
    for (let j = Math.floor(v) - 1; j <= v + 1; j++) {
      for (let i = Math.floor(u) - 1; i <= u + 1; i++) {
        const p = points[((j + n) % n) * n + ((i + n) % n)];
        const [ey, ex] = [j + 0.5 + p[0] - v, i + 0.5 + p[1] - u];
        const d = Math.sqrt(ey * ey + ex * ex); // several times faster than Math.hypot
        if (d < nearest) [second, nearest, shade] = [nearest, d, p[2]];
        else if (d < second) second = d;
      }
    }
    return base + 0.4 * contrast * shade + sign * contrast * smoothStep((second - nearest) / wall);
  });
}

/** The grain of interfering waves. */
export function speckle(size: number, random: Random): Field {
  const { base } = levels(random);
  const grain = blur(
    field(size, () => random.exponential()),
    random.uniform(0.5, size / 80),
  );
  const slow = valueNoise(size, random.uniform(1, 4), 2, 0.5, random);
  const depth = random.uniform(0.1, 0.4);
  return { size, data: grain.data.map((v, i) => base * (0.4 + 0.6 * v) * (1 + depth * slow.data[i])) };
}

/** A few ellipses of different grey and grain, one over the other. */
export function shapes(size: number, random: Random): Field {
  const out = clouds(size, random);
  const count = random.integer(2, 7);
  for (let k = 0; k < count; k++) {
    const { base, contrast } = levels(random);
    const inside = ellipse(
      size,
      random.uniform(0.1, 0.9),
      random.uniform(0.1, 0.9),
      random.uniform(0.06, 0.3),
      random.uniform(0.06, 0.3),
      random,
    );
    const grain = valueNoise(size, random.uniform(3, 20), 3, 0.6, random);
    for (let i = 0; i < out.data.length; i++) {
      const a = inside.data[i];
      if (a > 0) out.data[i] += a * (base + 0.4 * contrast * grain.data[i] - out.data[i]);
    }
  }
  return out;
}

/**
 * A soft-edged ellipse, 0 to 1; centre and half axes as fractions of the side, randomly rotated,
 * with a wavy edge.
 */
export function ellipse(size: number, cy: number, cx: number, ry: number, rx: number, random: Random, softness = 2, waviness = 0.1): Field {
  const angle = random.uniform(0, Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const waves = Array.from({ length: 5 }, (_, k) => ({ a: random.normal(0, waviness / (k + 1)), phase: random.uniform(0, 7) }));
  const limits = Float32Array.from({ length: 256 }, (_, t) => {
    const theta = ((t + 0.5) / 256) * 2 * Math.PI - Math.PI;
    return waves.reduce((sum, { a, phase }, n) => sum + a * Math.sin((n + 2) * theta + phase), 1);
  });
  const reach = Math.max(ry, rx) * 1.8 * size + softness;
  const edge = (softness / size / Math.min(ry, rx)) * 1.5;
  const data = new Float32Array(size * size);
  for (let py = Math.max(0, Math.ceil(cy * size - reach)); py < Math.min(size, cy * size + reach); py++) {
    for (let px = Math.max(0, Math.ceil(cx * size - reach)); px < Math.min(size, cx * size + reach); px++) {
      const [dy, dx] = [py - cy * size, px - cx * size];
      const [y, x] = [(c * dy - s * dx) / (ry * size), (s * dy + c * dx) / (rx * size)];
      const r = Math.sqrt(y * y + x * x);
      if (r > 2) continue;
      const limit = limits[Math.floor(((Math.atan2(y, x) + Math.PI) / (2 * Math.PI)) * 255.99)];
      data[py * size + px] = smoothStep((limit - r) / edge + 0.5);
    }
  }
  return { size, data };
}
