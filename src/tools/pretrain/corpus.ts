import { Random } from '../../common/random';
import { addNoise, augment } from './augment';
import { drawGround, pickGround } from './grounds';
import type { Field } from './noise';
import { caption, GROUNDS, THINGS, type Thing } from '../../models/phrases';
import { addThing, LEAST_CHANGE } from './things';

/** Something that was put into a picture. */
export interface PutIn {
  phrase: string;
  /** How far each pixel belongs to it, `[S, S]`, 0 to 255. */
  mask: Uint8Array;
}

/** One picture of the corpus at side S. */
export interface CorpusSample {
  /** Grey levels, `[S, S]`. */
  image: Uint8Array;
  /** The same without the things. */
  clean: Uint8Array;
  /** How far each pixel belongs to any thing, 0 to 255. */
  mask: Uint8Array;
  /** The phrase for what fills the picture. */
  ground: string;
  things: PutIn[];
  caption: string;
}

/** The composition of the corpus. */
export interface CorpusOptions {
  seed: number;
  /** Fraction of pictures into which nothing is put. */
  emptyShare: number;
  /** Fraction of things that stay within one area of like grey. */
  withinShare: number;
}

export const CORPUS_DEFAULTS: Omit<CorpusOptions, 'seed'> = { emptyShare: 0.35, withinShare: 0.5 };

/**
 * Relative frequency of the plainest kinds, and of small spots, which are learned last; the others
 * have 1.
 */
const OFTEN: Partial<Record<Thing, number>> = { bright: 3, dark: 3, shade: 2, spots: 4 };
const ALL_KINDS = Object.keys(THINGS) as Thing[];
const KINDS = ALL_KINDS.flatMap((kind) => Array.from({ length: OFTEN[kind] ?? 1 }, () => kind));
/**
 * The least grey-level change by a thing when training begins; at the end it is {@link LEAST_CHANGE}.
 */
const PLAIN_CHANGE = 30;

/**
 * Picture `index` of the corpus. It depends only on the arguments.
 * @param difficulty - 0: plain things, all kinds equally often, none within an area of like grey; 1:
 * as the options say, with faint ones and many small spots
 */
export function generateSample(options: CorpusOptions, index: number, size: number, difficulty = 1): CorpusSample {
  const leastChange = PLAIN_CHANGE + difficulty * (LEAST_CHANGE - PLAIN_CHANGE);
  const random = Random.of(options.seed, 'pretrain', 'sample', size, index);
  const { ground, picture } = drawEmpty(size, random);
  const image: Field = { size, data: picture.data.slice() };
  const mask = new Float32Array(size * size);
  const things: PutIn[] = [];
  if (!random.chance(options.emptyShare)) {
    const other = Random.of(options.seed, 'pretrain', 'donor', size, index);
    const donor = (): Field => drawEmpty(size, other).picture;
    for (let count = 1 + Math.floor(3.99 * random.uniform() ** 2); count > 0; count--) {
      const kind = random.pick(random.chance(difficulty) ? KINDS : ALL_KINDS);
      const strength = random.chance(0.5) ? random.uniform(0.4, 1) : 1;
      const within = random.chance(difficulty * options.withinShare);
      const own: Field = { size, data: new Float32Array(size * size) };
      if (!addThing({ image, donor, within, leastChange }, own, kind, random, strength)) continue;
      own.data.forEach((v, i) => (mask[i] = Math.max(mask[i], v)));
      things.push({ phrase: random.pick(THINGS[kind]), mask: toBytes(own.data, 255) });
    }
  }
  addNoise(image, picture, random);
  const phrases = things.map(({ phrase }) => phrase);
  return {
    image: toBytes(image.data),
    clean: toBytes(picture.data),
    mask: toBytes(mask, 255),
    ground,
    things,
    caption: caption(ground, phrases, random),
  };
}

function drawEmpty(size: number, random: Random): { ground: string; picture: Field } {
  const kind = pickGround(random);
  const picture = drawGround(kind, size, random);
  return { ground: random.pick(GROUNDS[kind]), picture: random.chance(0.7) ? augment(picture, random) : picture };
}

function toBytes(values: Float32Array, factor = 1): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length); // rounds and clamps
  for (let i = 0; i < values.length; i++) bytes[i] = values[i] * factor;
  return new Uint8Array(bytes.buffer);
}
