import type { Random } from '../../common/random';
import type { Thing } from '../../models/phrases';
import { centroid, keepWithinTissue, midstOfTissue, place, spot, type DrawnThing, type Place } from './thing-forms';
import { regrey, shifted } from './thing-greys';
import { blur, field, sample, smoothStep, valueNoise, type Field } from './noise';
import { haze, levelled } from './shades';

/** The picture that gets a thing, and other pictures for its texture. */
export interface ThingInput {
  image: Field;
  /** Generates another picture of the corpus, for grafts. */
  donor: () => Field;
  /** True if it stays within one tissue. */
  within?: boolean;
  /** The least mean change of grey level over its area; default {@link LEAST_CHANGE}. */
  leastChange?: number;
}

/**
 * Change of the smoothed grey level at which a thing becomes visible, and at which it is obvious.
 */
const [SEEN, PLAIN] = [5, 13];

/** The default of {@link ThingInput.leastChange}. */
export const LEAST_CHANGE = 14;

/**
 * Puts one thing into a picture, in place. Tries a few times if it would hardly show.
 * @param mask - is raised to the thing's weight where the picture has changed, and to a quarter of
 * it where the change is hardly visible: haze over something equally bright is no anomaly
 * @param strength - fraction of its full change, (0, 1]
 * @returns true if it was put in
 */
export function addThing(input: ThingInput, mask: Field, kind: Thing, random: Random, strength = 1): boolean {
  for (let attempt = 0; attempt < 4; attempt++) {
    const { image, leastChange = LEAST_CHANGE } = input;
    const thing = DRAWN[kind](input, random);
    if (input.within) keepWithinTissue(thing.weight, image, random);
    let area = 0;
    let change = 0;
    for (let i = 0; i < image.data.length; i++) {
      const w = thing.weight.data[i];
      if (w <= 0) continue;
      area += w;
      change += w * Math.abs(clamp(thing.value.data[i]) - image.data[i]);
    }
    if (area < 12 || strength * (change / area) < leastChange) continue;
    const changed: Field = { size: image.size, data: new Float32Array(image.data.length) };
    for (let i = 0; i < image.data.length; i++) {
      const w = thing.weight.data[i];
      if (w <= 0) continue;
      const by = strength * w * (clamp(thing.value.data[i]) - image.data[i]);
      image.data[i] += by;
      changed.data[i] = Math.abs(by);
    }
    const nearby = blur(changed, (3 * image.size) / 224);
    const step = smoothStep; // looked up once instead of once per pixel
    for (let i = 0; i < image.data.length; i++) {
      const seen = 0.25 + 0.75 * step((nearby.data[i] - SEEN) / (PLAIN - SEEN));
      mask.data[i] = Math.max(mask.data[i], seen * thing.weight.data[i]);
    }
    return true;
  }
  return false;
}

function clamp(v: number): number {
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

function solid(sign: 1 | -1): (input: ThingInput, random: Random) => DrawnThing {
  return ({ image }, random) => {
    const weight = spot(image, random, 0.018, 0.26);
    // the old texture often shows through fully, like ribs through a nodule
    return { weight, value: regrey(image, weight, sign, random.chance(0.4) ? 1 : random.uniform(0, 1), random) };
  };
}

const DRAWN: Record<Thing, (input: ThingInput, random: Random) => DrawnThing> = {
  bright: solid(1),
  dark: solid(-1),
  rim: ({ image }, random) => {
    const weight = spot(image, random, 0.05, 0.18);
    const sign = random.chance(0.7) ? 1 : -1;
    const value = shifted(image, 0, random.uniform(0, 0.6), random);
    const [rim, core] = [sign * random.uniform(40, 130), -sign * random.uniform(10, 90)];
    const thin = random.uniform(0.5, 0.85);
    const inner = blur(weight, image.size / 60);
    return { weight, value: { size: image.size, data: value.data.map((v, i) => v + (inner.data[i] > thin ? core : rim)) } };
  },
  texture: ({ image }, random) => {
    const grain = valueNoise(image.size, random.uniform(10, 60), 3, random.uniform(0.5, 1), random);
    const depth = random.uniform(20, 60);
    const shift = random.normal(0, 20);
    return {
      weight: spot(image, random, 0.05, 0.22),
      value: { size: image.size, data: image.data.map((v, i) => v + shift + depth * grain.data[i]) },
    };
  },
  smooth: ({ image }, random) => {
    const smooth = blur(image, image.size / random.uniform(14, 30));
    const shift = random.normal(0, 25);
    return { weight: spot(image, random, 0.06, 0.22), value: { size: image.size, data: smooth.data.map((v) => v + shift) } };
  },
  graft: ({ image, donor }, random) => {
    const from = random.chance(0.5) ? image : donor();
    const { size } = image;
    const angle = random.uniform(0, 2 * Math.PI);
    const zoom = 2 ** random.uniform(-0.8, 0.8);
    const [c, s] = [Math.cos(angle) * zoom, Math.sin(angle) * zoom];
    const centre = place(from, random);
    const weight = spot(image, random, 0.05, 0.2);
    const home = centroid(weight);
    const gain = random.uniform(0.7, 1.4);
    const value = field(size, (y, x) => {
      if (weight.data[y * size + x] <= 0) return 0;
      const [dy, dx] = [y - home.y, x - home.x];
      return gain * sample(from, centre.cy * size + c * dy - s * dx, centre.cx * size + s * dy + c * dx);
    });
    return { weight, value };
  },
  warp: ({ image }, random) => {
    const { size } = image;
    const weight = spot(image, random, 0.08, 0.22);
    const { y: cy, x: cx, radius } = centroid(weight);
    const power = random.chance(0.5) ? random.uniform(1.6, 3) : random.uniform(0.3, 0.6);
    const turn = random.chance(0.3) ? random.normal(0, 1) : 0;
    const value = field(size, (y, x) => {
      if (weight.data[y * size + x] <= 0) return 0;
      const [dy, dx] = [y - cy, x - cx];
      const r = Math.min(1, Math.hypot(dy, dx) / (1.3 * radius));
      const scale = r ** (power - 1);
      const [c, s] = [Math.cos(turn * (1 - r)) * scale, Math.sin(turn * (1 - r)) * scale];
      return sample(image, cy + c * dy - s * dx, cx + s * dy + c * dx);
    });
    return { weight, value };
  },
  line: ({ image }, random) => {
    const { size } = image;
    const { cy, cx } = place(image, random);
    const angle = random.uniform(0, Math.PI);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const half = random.uniform(0.05, 0.2) * size;
    const thick = (random.uniform(1.5, 5) * size) / 224;
    const bend = random.normal(0, 0.15);
    const weight = field(size, (y, x) => {
      const [dy, dx] = [y - cy * size, x - cx * size];
      const along = c * dx + s * dy;
      if (Math.abs(along) > half) return 0;
      const across = c * dy - s * dx - (bend * along * along) / half;
      return smoothStep(1.5 - Math.abs(across) / thick) * smoothStep((half - Math.abs(along)) / thick);
    });
    return { weight, value: shifted(image, (random.chance(0.6) ? 1 : -1) * random.uniform(50, 150), 0.3, random) };
  },
  spots: ({ image }, random) => {
    const { size } = image;
    const { cy, cx } = place(image, random);
    const spread = 0.03 * 9 ** random.uniform();
    const near = (): Place => ({ cy: cy + random.normal(0, spread), cx: cx + random.normal(0, spread) });
    const choices = random.chance(0.6) ? 5 : 1;
    const depth = new Float64Array(size * size); // in radii; 0 at the outer border of the softest edge
    for (let k = random.integer(1, 10); k > 0; k--) {
      const r = 0.008 * 4.5 ** random.uniform() * size;
      const at = midstOfTissue(image, Array.from({ length: choices }, near));
      const [y0, x0] = [at.cy * size, at.cx * size];
      const slim = random.uniform(0.45, 1);
      const angle = random.uniform(0, Math.PI);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let y = Math.max(0, Math.floor(y0 - 2 * r)); y < Math.min(size, y0 + 2 * r); y++) {
        for (let x = Math.max(0, Math.floor(x0 - 2 * r)); x < Math.min(size, x0 + 2 * r); x++) {
          const [dy, dx] = [y - y0, x - x0];
          const distance = Math.hypot(c * dx + s * dy, (c * dy - s * dx) / slim) / r;
          const i = y * size + x;
          depth[i] = Math.max(depth[i], 1.7 - distance);
        }
      }
    }
    const within = (edge: number): Field => ({ size, data: Float32Array.from(depth, (d) => smoothStep(d - edge)) });
    const weight = within(0);
    const sign = random.chance(0.6) ? 1 : -1;
    const value = regrey(image, weight, sign, 0.3, random, 0.55);
    if (random.chance(0.15)) {
      const rim = shifted(image, -sign * random.uniform(25, 90), 0.3, random);
      const hollow = within(0.5);
      for (let i = 0; i < value.data.length; i++) value.data[i] = rim.data[i] + hollow.data[i] * (value.data[i] - rim.data[i]);
    }
    return { weight, value };
  },
  shade: ({ image }, random) => (random.chance(0.4) ? haze(image, random) : levelled(image, random)),
};
