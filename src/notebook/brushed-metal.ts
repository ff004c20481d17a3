import type { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { smoothstep } from '../phantoms/physics/soft';

/** What can be wrong with a sheet of metal: something is there that should not be. */
export const METAL_DEFECTS = ['scratch', 'dent', 'stain'] as const;
/** What can be wrong with a riveted sheet: one rivet is not there, or there is a stain. */
export const RIVET_DEFECTS = ['missing', 'stain'] as const;

/** A picture and where its defect is: 255 inside, 0 elsewhere. */
export interface MetalPicture {
  image: GrayImage;
  mask: GrayImage;
}

/** What is added to the grey level of a place. */
type Relief = (y: number, x: number) => number;

/** How much a defect must change a pixel, in grey levels, for the mask to count it. */
const VISIBLE = 8;

/**
 * A picture of a sheet of brushed metal, each time of another piece of it. It is computed from a
 * few formulas, not a photograph.
 * @param size - pixels per side
 */
export function renderMetal(size: number, random: Random, defect?: (typeof METAL_DEFECTS)[number]): MetalPicture {
  const added = defect === undefined ? () => 0 : DEFECTS[defect](size, random);
  return render(size, random, () => 0, added);
}

/**
 * A picture of brushed metal with rows of rivets at equal distances. The piece begins anywhere, so
 * that a rivet has no fixed place in the picture.
 * @param size - pixels per side
 */
export function renderRivets(size: number, random: Random, defect?: (typeof RIVET_DEFECTS)[number]): MetalPicture {
  const step = size / 4;
  const [top, left] = [random.uniform(0.25, 0.75) * step, random.uniform(0.25, 0.75) * step];
  const places = Array.from({ length: 16 }, (_, k) => [top + step * Math.floor(k / 4), left + step * (k % 4)]);
  const rivets = places.map(([y, x]) => rivet(y, x, 0.042 * size));
  const all: Relief = (y, x) => rivets.reduce((sum, one) => sum + one(y, x), 0);
  const gone = rivets[random.pick([5, 6, 9, 10])]; // an inner one, whose neighbours show where it was
  const added: Relief = defect === undefined ? () => 0 : defect === 'missing' ? (y, x) => -gone(y, x) : DEFECTS[defect](size, random);
  return render(size, random, all, added);
}

/**
 * Metal with a relief and a defect. Brushing leaves bright and dark streaks; the light comes from a
 * place that varies a little.
 */
function render(size: number, random: Random, relief: Relief, defect: Relief): MetalPicture {
  const [lightY, lightX] = [size * random.uniform(0.3, 0.7), size * random.uniform(0.3, 0.7)];
  const level = random.uniform(135, 150);
  const [data, mask] = [new Uint8Array(size * size), new Uint8Array(size * size)];
  for (let y = 0, i = 0; y < size; y++) {
    let streak = random.normal(0, 11); // along a row it forgets slowly, from row to row at once
    for (let x = 0; x < size; x++, i++) {
      streak = 0.985 * streak + random.normal(0, 1.9);
      const light = 18 * Math.exp(-((y - lightY) ** 2 + (x - lightX) ** 2) / (0.5 * size * size));
      const added = defect(y, x);
      const value = level + light + streak + relief(y, x) + added + random.normal(0, 3);
      data[i] = Math.min(255, Math.max(0, Math.round(value)));
      if (Math.abs(added) > VISIBLE) mask[i] = 255;
    }
  }
  const square = { width: size, height: size, channels: 1 as const };
  return { image: { ...square, data }, mask: { ...square, data: mask } };
}

const DEFECTS = { scratch, dent, stain };

/** A dark groove across the brushing with a bright edge, slightly bent. */
function scratch(size: number, random: Random): Relief {
  const [y0, x0] = [size * random.uniform(0.3, 0.7), size * random.uniform(0.3, 0.7)];
  const [turn, half, bend] = [random.uniform(0.25, 0.75) * Math.PI, size * random.uniform(0.12, 0.25), random.uniform(-0.3, 0.3)];
  const width = random.uniform(1.4, 2);
  const depth = random.uniform(25, 85);
  return (y, x) => {
    const along = ((y - y0) * Math.sin(turn) + (x - x0) * Math.cos(turn)) / half;
    const aside = (y - y0) * Math.cos(turn) - (x - x0) * Math.sin(turn) - bend * half * along * along;
    const groove = Math.exp(-((aside / width) ** 2)) - 0.7 * Math.exp(-(((aside - 1.6 * width) / width) ** 2));
    return -depth * groove * smoothstep(0, 1, (1 - Math.abs(along)) / 0.1);
  };
}

/** A hollow: the side towards the light is dark, the other is bright. */
function dent(size: number, random: Random): Relief {
  const [y0, x0] = [size * random.uniform(0.2, 0.8), size * random.uniform(0.2, 0.8)];
  return dome(y0, x0, size * random.uniform(0.05, 0.09), -random.uniform(40, 110));
}

/** A drop that has dried. */
function stain(size: number, random: Random): Relief {
  const [y0, x0] = [size * random.uniform(0.2, 0.8), size * random.uniform(0.2, 0.8)];
  const radius = size * random.uniform(0.07, 0.13);
  const depth = random.uniform(10, 55);
  const turn = random.uniform(0, 7);
  return (y, x) => {
    const wave = 1 + 0.15 * Math.sin(3 * Math.atan2(y - y0, x - x0) + turn);
    return -depth * smoothstep(0, 1, (radius * wave - Math.hypot(y - y0, x - x0)) / 5);
  };
}

/** The head of a rivet: a dome with a dark line round it. */
function rivet(y0: number, x0: number, radius: number): Relief {
  const head = dome(y0, x0, radius, 70);
  return (y, x) => head(y, x) - 25 * Math.exp(-(((Math.hypot(y - y0, x - x0) - 1.3 * radius) / 1.8) ** 2));
}

/** What bulges is bright towards the light, which comes from above, and dark on the other side. */
function dome(y0: number, x0: number, radius: number, height: number): Relief {
  return (y, x) => ((height * (y0 - y)) / radius) * Math.exp(-((y - y0) ** 2 + (x - x0) ** 2) / radius ** 2);
}
