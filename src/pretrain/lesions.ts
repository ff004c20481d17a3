import type { Random } from '../common/random';
import type { Finding } from './captions';
import { ellipse } from './materials';
import { blur, field, sample, smoothStep, valueNoise, type Field } from './noise';

/** What a lesion is drawn into, and what it may take from elsewhere. */
export interface LesionInput {
  image: Field;
  /** Draws another picture of the corpus, for grafts. */
  donor: () => Field;
  /** Whether it keeps within one tissue. */
  within?: boolean;
}

/** A drawn lesion: how much each pixel belongs to it (0 to 1), and the new grey levels. */
interface Lesion {
  weight: Field;
  value: Field;
}

/** Grey levels, averaged nearby, from which on a change begins to be seen, and from which on it is plain. */
const [SEEN, PLAIN] = [5, 13];

/** The fewest grey levels by which a lesion must differ from what was there, on average over its area. */
export const LEAST_CHANGE = 14;

/**
 * Puts one finding into a picture, in place; tries a few times where it would hardly show.
 * @param mask - is raised to the lesion's weight where the picture has changed, to a quarter of it where that is hardly seen: haze over what
 *   is as bright is no finding
 * @param strength - share of its full change, (0, 1]
 * @returns whether it was drawn
 */
export function addLesion(input: LesionInput, mask: Field, kind: Finding, random: Random, strength = 1): boolean {
  for (let attempt = 0; attempt < 4; attempt++) {
    const { image } = input;
    const lesion = LESIONS[kind](input, random);
    if (input.within) keepWithinTissue(lesion.weight, image, random);
    let area = 0;
    let change = 0;
    for (let i = 0; i < image.data.length; i++) {
      const w = lesion.weight.data[i];
      if (w <= 0) continue;
      area += w;
      change += w * Math.abs(clamp(lesion.value.data[i]) - image.data[i]);
    }
    if (area < 12 || strength * (change / area) < LEAST_CHANGE) continue;
    const changed: Field = { size: image.size, data: new Float32Array(image.data.length) };
    for (let i = 0; i < image.data.length; i++) {
      const w = lesion.weight.data[i];
      if (w <= 0) continue;
      const step = strength * w * (clamp(lesion.value.data[i]) - image.data[i]);
      image.data[i] += step;
      changed.data[i] = Math.abs(step);
    }
    const nearby = blur(changed, (3 * image.size) / 224);
    for (let i = 0; i < image.data.length; i++) {
      const seen = 0.25 + 0.75 * smoothStep((nearby.data[i] - SEEN) / (PLAIN - SEEN));
      mask.data[i] = Math.max(mask.data[i], seen * lesion.weight.data[i]);
    }
    return true;
  }
  return false;
}

function clamp(v: number): number {
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

/** A place to put something: mostly where the picture is not black. */
function place(image: Field, random: Random): { cy: number; cx: number } {
  let at = { cy: 0.5, cx: 0.5 };
  for (let attempt = 0; attempt < 8; attempt++) {
    at = { cy: random.uniform(0.08, 0.92), cx: random.uniform(0.08, 0.92) };
    if (image.data[Math.floor(at.cy * image.size) * image.size + Math.floor(at.cx * image.size)] > 25 || random.chance(0.03)) break;
  }
  return at;
}

/** Where a lesion lies: an ellipse with a wavy edge, small ones more often than large ones; some are cut to a crescent or by a line. */
function spot(image: Field, random: Random, smallest = 0.03, largest = 0.2): Field {
  const { size } = image;
  const { cy, cx } = place(image, random);
  const radius = smallest * (largest / smallest) ** random.uniform();
  const aspect = random.uniform(0.5, 1);
  const softness = ((random.chance(0.5) ? random.uniform(1, 4) : random.uniform(2, 60 * radius + 4)) * size) / 224;
  const form = random.uniform();
  if (form < 0.15) return crescent(size, cy, cx, 1.6 * radius, softness, random);
  const whole = ellipse(size, cy, cx, radius, radius * aspect, random, softness, random.uniform(0.02, 0.25));
  return form < 0.3 ? cutByLine(whole, cy, cx, radius, softness, random) : whole;
}

/** What of one ellipse lies outside another that is shifted. */
function crescent(size: number, cy: number, cx: number, radius: number, softness: number, random: Random): Field {
  const angle = random.uniform(0, 2 * Math.PI);
  const shift = radius * random.uniform(0.3, 0.8);
  const whole = ellipse(size, cy, cx, radius, radius, random, softness, 0.04);
  const hole = ellipse(size, cy + shift * Math.sin(angle), cx + shift * Math.cos(angle), radius, radius, random, softness, 0.04);
  return { size, data: whole.data.map((w, i) => w * (1 - hole.data[i])) };
}

/** What of a shape lies on one side of a line near its centre. */
function cutByLine({ size, data }: Field, cy: number, cx: number, radius: number, softness: number, random: Random): Field {
  const angle = random.chance(0.5) ? Math.PI / 2 + random.normal(0, 0.2) : random.uniform(0, 2 * Math.PI); // often what lies below a level
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const at = random.uniform(-0.4, 0.3) * radius * size;
  return field(
    size,
    (y, x) => data[y * size + x] && data[y * size + x] * smoothStep((s * (y - cy * size) + c * (x - cx * size) - at) / softness + 0.5),
  );
}

/** Takes out of a weight what is of another grey, in the large, than some pixel of it: disease often ends where its tissue does. */
function keepWithinTissue(weight: Field, image: Field, random: Random): void {
  const inside: number[] = [];
  weight.data.forEach((w, i) => w > 0.5 && inside.push(i));
  if (inside.length === 0) return;
  const smooth = blur(image, image.size / 60);
  const level = smooth.data[random.pick(inside)];
  const tolerance = random.uniform(10, 35);
  weight.data.forEach((w, i) => {
    if (w > 0) weight.data[i] = w * smoothStep(2 - Math.abs(smooth.data[i] - level) / tolerance);
  });
}

/** Levels that are `shift` from the picture, its texture kept to a share, with a grain of its own. */
function shifted(image: Field, shift: number, keep: number, random: Random): Field {
  const { size } = image;
  const smooth = blur(image, size / 16);
  const grain = valueNoise(size, random.uniform(8, 40), 3, 0.7, random);
  const rough = random.chance(0.5) ? random.uniform(0, 0.3) * Math.abs(shift) : 0;
  return { size, data: image.data.map((v, i) => smooth.data[i] + shift + keep * (v - smooth.data[i]) + rough * grain.data[i]) };
}

/** Levels that are `level` in the mean, the picture's texture kept to a share. */
function level(image: Field, level: number, keep: number): Field {
  const smooth = blur(image, image.size / 16);
  return { size: image.size, data: image.data.map((v, i) => level + keep * (v - smooth.data[i])) };
}

/**
 * Levels for what is brighter or darker than its place: shifted; multiplied, as where less of a ray or an echo comes through; or the grey of
 * another place of the picture, as of fluid where none belongs.
 * @param keep - share of the picture's texture that shows through
 */
function regrey(image: Field, weight: Field, sign: 1 | -1, keep: number, random: Random): Field {
  const form = random.uniform();
  if (form < 0.25) {
    const gain = Math.exp(sign * random.uniform(0.15, 1.2));
    return { size: image.size, data: image.data.map((v) => gain * v) };
  }
  if (form < 0.6) {
    const here = average(image, weight);
    for (let attempt = 0; attempt < 12; attempt++) {
      const { cy, cx } = place(image, random);
      const there = around(image, cy, cx);
      if (sign * (there - here) > 20) return level(image, there, random.chance(0.5) ? 0 : keep);
    }
  }
  return shifted(image, sign * 16 * 9 ** random.uniform(), keep, random);
}

/** Mean of a picture under a weight. */
function average(image: Field, weight: Field): number {
  let [sum, area] = [0, 1e-6];
  weight.data.forEach((w, i) => {
    sum += w * image.data[i];
    area += w;
  });
  return sum / area;
}

/** Mean of 3 by 3 pixels around a place, given as shares of the side. */
function around({ size, data }: Field, cy: number, cx: number): number {
  let sum = 0;
  for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) sum += data[(Math.floor(cy * size) + dy) * size + Math.floor(cx * size) + dx];
  return sum / 9;
}

function solid(sign: 1 | -1): (input: LesionInput, random: Random) => Lesion {
  return ({ image }, random) => {
    const weight = spot(image, random, 0.018, 0.26);
    // often what was there shows through in full, as ribs do through a nodule
    return { weight, value: regrey(image, weight, sign, random.chance(0.4) ? 1 : random.uniform(0, 1), random) };
  };
}

const LESIONS: Record<Finding, (input: LesionInput, random: Random) => Lesion> = {
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
    const weight: Field = { size, data: new Float32Array(size * size) };
    for (let k = random.integer(2, 10); k > 0; k--) {
      const r = 0.007 * 5 ** random.uniform() * size;
      const [y0, x0] = [(cy + random.normal(0, spread)) * size, (cx + random.normal(0, spread)) * size];
      for (let y = Math.max(0, Math.floor(y0 - 2 * r)); y < Math.min(size, y0 + 2 * r); y++) {
        for (let x = Math.max(0, Math.floor(x0 - 2 * r)); x < Math.min(size, x0 + 2 * r); x++) {
          const w = smoothStep(1.7 - Math.hypot(y - y0, x - x0) / r);
          weight.data[y * size + x] = Math.max(weight.data[y * size + x], w);
        }
      }
    }
    return { weight, value: regrey(image, weight, random.chance(0.6) ? 1 : -1, 0.3, random) };
  },
  shade: ({ image }, random) => (random.chance(0.4) ? haze(image, random) : levelled(image, random)),
};

/** Bounds of what a shade's form is drawn from, as shares of the side. */
interface ShadeForm {
  ry: [number, number];
  rx: [number, number];
  soft: [number, number];
  waviness: number;
  /** How often only what lies on one side of a line is left. */
  cut: number;
  /** Places of which the one with the most contrast around it is taken: 1 for any place, more for borders. */
  choices: number;
}

/** Of some places the one around which grey levels differ most. */
function placeAtBorder(image: Field, choices: number, random: Random): { cy: number; cx: number } {
  const places = Array.from({ length: choices }, () => place(image, random));
  const contrast = ({ cy, cx }: { cy: number; cx: number }): number => {
    const levels = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => around(image, cy + 0.06 * dy, cx + 0.06 * dx)));
    return Math.max(...levels) - Math.min(...levels);
  };
  return places.reduce((best, at) => (contrast(at) > contrast(best) ? at : best));
}

/** A large ellipse with a wavy edge, whole or cut by a line; `soft` in pixels. */
function shadeForm(image: Field, { ry: rows, rx: columns, soft: edge, waviness, cut, choices }: ShadeForm, random: Random) {
  const { size } = image;
  const { cy, cx } = placeAtBorder(image, choices, random);
  const [ry, rx] = [random.uniform(...rows), random.uniform(...columns)];
  const soft = size * random.uniform(...edge);
  const whole = ellipse(size, cy, cx, ry, rx, random, soft, waviness);
  const weight = random.chance(cut) ? cutByLine(whole, cy, cx, ry, 0.3 * soft + 1, random) : whole;
  return { cy, cx, ry, rx, soft, weight };
}

/** A veil, sometimes on both sides. */
function haze(image: Field, random: Random): Lesion {
  const { size } = image;
  const form: ShadeForm = { ry: [0.1, 0.38], rx: [0.1, 0.28], soft: [0.02, 0.12], waviness: 0.2, cut: 0.25, choices: 1 };
  const { cy, cx, ry, rx, soft, weight } = shadeForm(image, form, random);
  if (random.chance(0.35)) {
    const [y, x] = [cy + random.normal(0, 0.05), 1 - cx];
    const other = ellipse(size, y, x, ry * random.uniform(0.6, 1.2), rx * random.uniform(0.6, 1.2), random, soft, 0.2);
    for (let i = 0; i < weight.data.length; i++) weight.data[i] = Math.max(weight.data[i], other.data[i]);
  }
  const target = random.chance(0.7) ? random.uniform(130, 235) : random.uniform(0, 60);
  const depth = random.uniform(0.4, 0.9);
  const mist = valueNoise(size, random.uniform(4, 16), 3, 0.6, random);
  return { weight, value: { size, data: image.data.map((v, i) => v + depth * (target + 12 * mist.data[i] - v)) } };
}

/** What fills a hollow up to the grey of its own surroundings, so that their border is lost: the brightest there, or the darkest. */
function levelled(image: Field, random: Random): Lesion {
  const { size } = image;
  const form: ShadeForm = { ry: [0.06, 0.35], rx: [0.08, 0.3], soft: [0.005, 0.05], waviness: 0.15, cut: 0.4, choices: 5 };
  const { weight } = shadeForm(image, form, random);
  const smooth = blur(image, size / 60);
  const inside = smooth.data.filter((_, i) => weight.data[i] > 0.5).sort();
  const bright = random.chance(0.7);
  const level = inside.length > 0 ? inside[Math.floor((bright ? 0.9 : 0.1) * (inside.length - 1))] : 0;
  const depth = random.uniform(0.6, 1);
  const mist = valueNoise(size, random.uniform(4, 16), 3, 0.6, random);
  const value: Field = { size, data: image.data.slice() };
  for (let i = 0; i < value.data.length; i++) {
    const missing = level - smooth.data[i];
    if (bright === missing > 0) value.data[i] += depth * (missing + 4 * mist.data[i]);
    else weight.data[i] = 0;
  }
  return { weight, value };
}

/** The centre of a weight and the radius of a disc of its area. */
function centroid({ size, data }: Field): { y: number; x: number; radius: number } {
  let [sum, sy, sx] = [1e-6, 0, 0];
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      sum += data[i];
      sy += data[i] * y;
      sx += data[i] * x;
    }
  }
  return { y: sy / sum, x: sx / sum, radius: Math.sqrt(sum / Math.PI) + 1 };
}
