import type { Random } from '../../common/random';
import { ellipse } from './materials';
import { blur, field, smoothStep, type Field } from './noise';

/** A generated thing: how much each pixel belongs to it (0 to 1), and the new grey levels. */
export interface DrawnThing {
  weight: Field;
  value: Field;
}

/** A place in a picture, as fractions of its side. */
export interface Place {
  cy: number;
  cx: number;
}

/** The range in which things are placed, as fractions of the side. */
const [FIRST, LAST] = [0.08, 0.92];
/** Grey levels up to this one count as air around the body. */
const BLACK = 25;

/** A place for a thing, mostly where the picture is not black. */
export function place(image: Field, random: Random): Place {
  let at = { cy: 0.5, cx: 0.5 };
  for (let attempt = 0; attempt < 8; attempt++) {
    at = { cy: random.uniform(FIRST, LAST), cx: random.uniform(FIRST, LAST) };
    if (image.data[Math.floor(at.cy * image.size) * image.size + Math.floor(at.cx * image.size)] > BLACK || random.chance(0.03)) break;
  }
  return at;
}

/** Of several random places, the one around which grey levels differ most. */
export function placeAtBorder(image: Field, choices: number, random: Random): Place {
  const places = Array.from({ length: choices }, () => place(image, random));
  return places.reduce((best, at) => (contrast(image, at) > contrast(image, best) ? at : best));
}

/** Of the given places, the one that lies deepest within one tissue. */
export function midstOfTissue(image: Field, places: readonly Place[]): Place {
  const within = places.map(({ cy, cx }) => ({ cy: inner(cy), cx: inner(cx) }));
  const unrest = (at: Place): number => contrast(image, at) + (around(image, at.cy, at.cx) > BLACK ? 0 : 255);
  return within.reduce((best, at) => (unrest(at) < unrest(best) ? at : best));
}

function inner(share: number): number {
  return Math.min(LAST, Math.max(FIRST, share));
}

/** Range of the grey levels around a place. */
function contrast(image: Field, { cy, cx }: Place): number {
  const levels = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => around(image, cy + 0.06 * dy, cx + 0.06 * dx)));
  return Math.max(...levels) - Math.min(...levels);
}

/** Mean of 3 by 3 pixels around a place, which is given in fractions of the side. */
export function around({ size, data }: Field, cy: number, cx: number): number {
  let sum = 0;
  for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) sum += data[(Math.floor(cy * size) + dy) * size + Math.floor(cx * size) + dx];
  return sum / 9;
}

/**
 * The form of a thing: an ellipse with a wavy edge. Small ones are more frequent than large ones;
 * some are cut to a crescent or by a line.
 */
export function spot(image: Field, random: Random, smallest = 0.03, largest = 0.2): Field {
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

/** The part of an ellipse that lies outside another, shifted one. */
function crescent(size: number, cy: number, cx: number, radius: number, softness: number, random: Random): Field {
  const angle = random.uniform(0, 2 * Math.PI);
  const shift = radius * random.uniform(0.3, 0.8);
  const whole = ellipse(size, cy, cx, radius, radius, random, softness, 0.04);
  const hole = ellipse(size, cy + shift * Math.sin(angle), cx + shift * Math.cos(angle), radius, radius, random, softness, 0.04);
  return { size, data: whole.data.map((w, i) => w * (1 - hole.data[i])) };
}

/** The part of a shape that lies on one side of a line near its centre. */
export function cutByLine({ size, data }: Field, cy: number, cx: number, radius: number, softness: number, random: Random): Field {
  const angle = random.chance(0.5) ? Math.PI / 2 + random.normal(0, 0.2) : random.uniform(0, 2 * Math.PI); // often the part below a level
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const at = random.uniform(-0.4, 0.3) * radius * size;
  return field(
    size,
    (y, x) => data[y * size + x] && data[y * size + x] * smoothStep((s * (y - cy * size) + c * (x - cx * size) - at) / softness + 0.5),
  );
}

/**
 * Restricts a weight to pixels whose smoothed grey is close to that of one of its pixels: disease
 * often ends where its tissue does.
 */
export function keepWithinTissue(weight: Field, image: Field, random: Random): void {
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

/** The centre of a weight and the radius of a disc of its area. */
export function centroid({ size, data }: Field): { y: number; x: number; radius: number } {
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
