import type { Random } from '../../common/random';
import { cutByLine, placeAtBorder, type DrawnThing } from './thing-forms';
import { ellipse } from './materials';
import { blur, valueNoise, type Field } from './noise';

/** Bounds for the random form of a shade, as fractions of the side. */
interface ShadeForm {
  ry: [number, number];
  rx: [number, number];
  soft: [number, number];
  waviness: number;
  /** Probability that only the part on one side of a line remains. */
  cut: number;
  /**
   * Number of places from which the one with the most contrast is chosen: 1 for any place, more for
   * borders.
   */
  choices: number;
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
export function haze(image: Field, random: Random): DrawnThing {
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

/**
 * Fills a hollow up to the brightest or darkest grey of its surroundings, so that their border is
 * lost.
 */
export function levelled(image: Field, random: Random): DrawnThing {
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
