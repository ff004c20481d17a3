import type { Random } from '../../common/random';
import { around, place } from './thing-forms';
import { blur, valueNoise, type Field } from './noise';

/**
 * Levels that differ from the picture by `shift`. They keep a fraction of its texture and add their
 * own grain.
 */
export function shifted(image: Field, shift: number, keep: number, random: Random): Field {
  const { size } = image;
  const smooth = blur(image, size / 16);
  const grain = valueNoise(size, random.uniform(8, 40), 3, 0.7, random);
  const rough = random.chance(0.5) ? random.uniform(0, 0.3) * Math.abs(shift) : 0;
  return { size, data: image.data.map((v, i) => smooth.data[i] + shift + keep * (v - smooth.data[i]) + rough * grain.data[i]) };
}

/** Levels with mean `level` that keep a fraction of the picture's texture. */
function level(image: Field, level: number, keep: number): Field {
  const smooth = blur(image, image.size / 16);
  return { size: image.size, data: image.data.map((v, i) => level + keep * (v - smooth.data[i])) };
}

/**
 * Levels for a thing that is brighter or darker than its surroundings. They are either shifted, or
 * multiplied (as where less of a ray or an echo comes through), or take the grey of another place
 * of the picture (as of fluid where none belongs).
 * @param keep - fraction of the picture's texture that shows through
 * @param taken - probability of trying the grey of another place
 */
export function regrey(image: Field, weight: Field, sign: 1 | -1, keep: number, random: Random, taken = 0.35): Field {
  const form = random.uniform();
  if (form < 0.25) {
    const gain = Math.exp(sign * random.uniform(0.15, 1.2));
    return { size: image.size, data: image.data.map((v) => gain * v) };
  }
  if (form < 0.25 + taken) {
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
