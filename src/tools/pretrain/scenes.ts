import type { Random } from '../../common/random';
import { clouds, ellipse, levels, speckle, stripes } from './materials';
import { field, smoothStep, valueNoise, type Field } from './noise';
import { growTree } from './trees';

/** A weak texture of any kind, mean 0: what a surface looks like from close by. */
function surface(size: number, random: Random): Field {
  const draw = random.pick([clouds, clouds, stripes, speckle]);
  const drawn = draw(size, random);
  let mean = 0;
  for (const v of drawn.data) mean += v / drawn.data.length;
  const share = random.uniform(0.1, 0.9);
  return { size, data: drawn.data.map((v) => share * (v - mean)) };
}

/**
 * A round thing cut open, on any ground: a rind, pulp, and parts inside, that repeat around the
 * centre or are mirrored or lie anywhere.
 */
export function fruit(size: number, random: Random): Field {
  const out = random.chance(0.6) ? field(size, () => 0) : clouds(size, random);
  const shade = random.chance(0.6) ? random.uniform(0, 200) : 0;
  const turn = random.uniform(0, 2 * Math.PI);
  const [ry, rx] = [random.uniform(0.25, 0.49), random.uniform(0.25, 0.49)];
  const bumps = valueNoise(size, 3, 2, 0.5, random);
  const pulp = valueNoise(size, random.uniform(3, 10), 4, random.uniform(0.4, 0.7), random).data;
  const { base, contrast } = levels(random);
  const rind = { level: random.uniform(10, 250), width: random.uniform(0.01, 0.12) };
  const folds = random.pick([0, 2, 3, 4, 5, 6, 8]);
  const parts = Array.from({ length: random.integer(1, 5) }, () => {
    const tilt = random.uniform(-0.6, 0.6);
    const place = { level: random.uniform(10, 230), y: random.uniform(-0.5, 0.5), x: random.uniform(0, 0.6) };
    return { ...place, ry: random.uniform(0.06, 0.35), rx: random.uniform(0.04, 0.3), cos: Math.cos(tilt), sin: Math.sin(tilt) };
  });
  const [cy, cx] = [random.uniform(0.4, 0.6), random.uniform(0.4, 0.6)];
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const softness = 12 / size + 0.02;
  for (let py = 0, i = 0; py < size; py++) {
    for (let px = 0; px < size; px++, i++) {
      const [dy, dx] = [py / size - cy, px / size - cx];
      const [y, x] = [(c * dy - s * dx) / ry, (s * dy + c * dx) / rx];
      const r = Math.sqrt(y * y + x * x) + 0.03 * bumps.data[i];
      const ground = shade + out.data[i];
      out.data[i] = ground;
      if (r > 1.05) continue;
      const [v, u] = folded(y, x, folds);
      let value = base + 0.6 * contrast * pulp[i];
      for (const o of parts) {
        const [oy, ox] = [v - o.y, u - o.x];
        const [a, b] = [(o.cos * oy - o.sin * ox) / o.ry, (o.sin * oy + o.cos * ox) / o.rx];
        value += smoothStep((1 - Math.sqrt(a * a + b * b)) / (4 * softness)) * (o.level + 0.25 * contrast * pulp[i] - value);
      }
      value += smoothStep((r - 1 + rind.width) / softness) * (rind.level - value);
      out.data[i] = value + smoothStep((r - 1) / softness) * (ground - value);
    }
  }
  return out;
}

/** A point moved into the first of n equal sectors; n = 2 mirrors, and 0 leaves it where it is. */
function folded(y: number, x: number, n: number): [number, number] {
  if (n === 0) return [y, x];
  if (n === 2) return [y, Math.abs(x)];
  const sector = (2 * Math.PI) / n;
  const angle = Math.atan2(y, x);
  const within = angle - sector * Math.floor(angle / sector) - sector / 2;
  const r = Math.sqrt(y * y + x * x);
  return [r * Math.sin(within), r * Math.cos(within)];
}

/**
 * Dead leaves: opaque things of all sizes, one over the other, each with its own grey and texture.
 * Their statistics are close to those of photographs (Lee, Mumford & Huang 2001), and networks learn
 * good features from them (Baradad et al. 2021).
 */
export function leaves(size: number, random: Random): Field {
  const out = clouds(size, random);
  const textures = [surface(size, random), surface(size, random), surface(size, random)];
  const largest = random.uniform(0.12, 0.35);
  const count = random.integer(20, 80);
  const spread = random.uniform(15, 60);
  const mean = random.uniform(60, 170);
  for (let k = 0; k < count; k++) {
    const radius = largest * 12 ** -Math.sqrt(random.uniform());
    const inside = ellipse(
      size,
      random.uniform(),
      random.uniform(),
      radius,
      radius * random.uniform(0.3, 1),
      random,
      1.5,
      random.uniform(0, 0.2),
    );
    const level = mean + spread * random.normal();
    const texture = random.pick(textures).data;
    cover(out, inside, (i) => level + texture[i]);
  }
  return out;
}

/** See-through things with soft or sharp edges: each darkens or lightens what lies behind it. */
export function glass(size: number, random: Random): Field {
  const out = clouds(size, random);
  const count = random.integer(3, 12);
  for (let k = 0; k < count; k++) {
    const soft = size * 0.005 * 40 ** random.uniform();
    const [ry, rx] = [random.uniform(0.05, 0.6), random.uniform(0.05, 0.4)];
    const inside = ellipse(size, random.uniform(), random.uniform(), ry, rx, random, soft, random.uniform(0, 0.15));
    const target = random.uniform(0, 255);
    const depth = random.uniform(0.15, 0.6);
    const through = random.chance(0.5);
    for (let i = 0; i < out.data.length; i++) {
      const a = depth * inside.data[i];
      if (a > 0) out.data[i] = through ? out.data[i] * (1 - a) + a * target : out.data[i] + (a * (target - 128)) / 2;
    }
  }
  return out;
}

/** Tubes that fork and grow thinner, lighter or darker than the ground. */
export function branches(size: number, random: Random): Field {
  const out = random.chance(0.5) ? clouds(size, random) : glass(size, random);
  const depth = new Float32Array(size * size);
  const trees = random.integer(1, 5);
  for (let t = 0; t < trees; t++) {
    const root = { y: random.uniform() * size, x: random.uniform() * size, angle: random.uniform(0, 2 * Math.PI) };
    growTree(depth, size, root, (random.uniform(1.5, 6) * size) / 224, random);
  }
  const by = (random.chance(0.6) ? 1 : -1) * random.uniform(15, 90);
  for (let i = 0; i < out.data.length; i++) out.data[i] += by * depth[i];
  return out;
}

/** Two families of threads that pass over and under each other. */
export function weave(size: number, random: Random): Field {
  const { base, contrast } = levels(random);
  const threads = random.uniform(5, 24);
  const angle = random.normal(0, 0.5);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const bend = valueNoise(size, 2, 2, 0.5, random);
  const sway = random.uniform(0, 0.6);
  const gap = random.uniform(0.1, 0.5);
  return field(size, (y, x) => {
    const w = sway * bend.data[y * size + x];
    const [v, u] = [((c * y - s * x) / size) * threads + w, ((s * y + c * x) / size) * threads + w];
    const over = (Math.floor(v) + Math.floor(u)) % 2 === 0;
    const at = over ? v - Math.floor(v) : u - Math.floor(u);
    return base + contrast * (smoothStep(Math.sin(Math.PI * at) / gap) - 0.5) + (over ? 0.2 * contrast : 0);
  });
}

/** Rows of blocks with joints; each block has its own grey. */
export function bricks(size: number, random: Random): Field {
  const { base, contrast } = levels(random);
  const [rows, columns] = [random.integer(3, 14), random.integer(2, 10)];
  const shift = random.chance(0.7) ? 0.5 : 0;
  const joint = random.uniform(0.03, 0.15);
  const sign = random.chance(0.5) ? 1 : -1;
  const greys = Float32Array.from({ length: 64 }, () => random.normal(0, 0.5 * contrast));
  const grain = surface(size, random);
  return field(size, (y, x) => {
    const v = (y / size) * rows;
    const u = (x / size) * columns + shift * Math.floor(v);
    const [dv, du] = [v - Math.floor(v), u - Math.floor(u)];
    const edge = Math.min(dv, 1 - dv, ((1 - Math.abs(2 * du - 1)) / 2) * (rows / columns));
    const inside = smoothStep(edge / joint);
    const block = greys[(Math.floor(v) * 7 + Math.floor(u) * 13) & 63] + 0.5 * grain.data[y * size + x];
    return base + inside * block + sign * contrast * (inside - 1);
  });
}

/** Curved bands around one or two centres, on any ground. */
export function arcs(size: number, random: Random): Field {
  const out = random.chance(0.5) ? glass(size, random) : clouds(size, random);
  const double = random.chance(0.5);
  const [cy, cx] = [random.uniform(-0.5, 1.2) * size, random.uniform(0.2, 0.8) * size];
  const squeeze = random.uniform(0.4, 1.6);
  const period = random.uniform(0.05, 0.2) * size;
  const width = random.uniform(0.2, 0.7);
  const by = (random.chance(0.6) ? 1 : -1) * random.uniform(8, 50);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const dx = double ? Math.abs(x - cx) - 0.25 * size : x - cx;
      const r = Math.sqrt((y - cy) ** 2 + (squeeze * dx) ** 2) / period;
      const band = Math.abs(2 * (r - Math.floor(r)) - 1);
      out.data[i] += by * smoothStep((width - band) / 0.3 + 0.5);
    }
  }
  return out;
}

/** Equal things in a grid, or nearly a grid. */
export function rows(size: number, random: Random): Field {
  const out = clouds(size, random);
  const n = random.integer(3, 9);
  const jitter = random.uniform(0, 0.2);
  const radius = random.uniform(0.25, 0.45) / n;
  const aspect = random.uniform(0.4, 1);
  const level = random.uniform(20, 235);
  const texture = surface(size, random).data;
  const hollow = random.chance(0.3) ? random.uniform(0.4, 0.75) : 0;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const [y, x] = [(row + 0.5 + random.normal(0, jitter / 2)) / n, (column + 0.5 + random.normal(0, jitter / 2)) / n];
      const inside = ellipse(size, y, x, radius, radius * aspect, random, 1.5, 0.02);
      const hole = hollow > 0 ? ellipse(size, y, x, radius * hollow, radius * aspect * hollow, random, 1.5, 0.02).data : undefined;
      if (hole) inside.data.forEach((a, i) => (inside.data[i] = a * (1 - hole[i])));
      cover(out, inside, (i) => level + texture[i]);
    }
  }
  return out;
}

/** Paints over a picture where a shape covers it. */
function cover(out: Field, inside: Field, value: (i: number) => number): void {
  const { data } = inside;
  for (let i = 0; i < data.length; i++) if (data[i] > 0) out.data[i] += data[i] * (value(i) - out.data[i]);
}
