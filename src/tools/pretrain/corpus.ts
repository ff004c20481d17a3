import { Random } from '../../common/random';
import { addNoise, augment } from './augment';
import { generateAnatomy, ANATOMIES, type Anatomy } from './anatomy';
import { caption, FINDINGS, SUBJECTS, type Finding, type Subject } from '../../models/captions';
import { addLesion, LEAST_CHANGE } from './lesions';
import { generateMaterial, type Material } from './materials';
import type { Field } from './noise';

/** One picture of the corpus at side S. */
export interface CorpusSample {
  /** Grey levels, `[S, S]`. */
  image: Uint8Array;
  /** The same without the anomaly. */
  clean: Uint8Array;
  /** How anomalous each pixel is, 0 to 255. */
  mask: Uint8Array;
  caption: string;
  abnormal: boolean;
}

/** The composition of the corpus. */
export interface CorpusOptions {
  seed: number;
  /** Fraction of pictures with anatomy; the others are materials. */
  anatomyShare: number;
  /** Fraction of pictures without an anomaly. */
  normalShare: number;
  /** Fraction of anomalies that stay within one tissue. */
  withinShare: number;
  /**
   * Different anatomies of each kind; each is generated once and then shown in many poses and
   * tones.
   */
  anatomies: number;
}

export const CORPUS_DEFAULTS: Omit<CorpusOptions, 'seed'> = { anatomyShare: 0.8, normalShare: 0.35, withinShare: 0.5, anatomies: 1000 };

const MATERIALS: readonly Material[] = ['clouds', 'stripes', 'cells', 'speckle', 'shapes', 'body', 'body', 'body'];
/**
 * Relative frequency of the commonest kinds of disease, and of small spots, which are learned last;
 * the others have 1.
 */
const OFTEN: Partial<Record<Finding, number>> = { bright: 3, dark: 3, shade: 2, spots: 4 };
const ALL_KINDS = Object.keys(FINDINGS) as Finding[];
const KINDS = ALL_KINDS.flatMap((kind) => Array.from({ length: OFTEN[kind] ?? 1 }, () => kind));
/**
 * The least grey-level change of an anomaly when training begins; at the end it is {@link
 * LEAST_CHANGE}.
 */
const PLAIN_CHANGE = 30;

/**
 * Picture `index` of the corpus. It depends only on the arguments.
 * @param difficulty - 0: plain anomalies, all kinds equally often, none within a tissue; 1: as the
 * options say, with faint ones and many small spots
 */
export function generateSample(options: CorpusOptions, index: number, size: number, difficulty = 1): CorpusSample {
  const leastChange = PLAIN_CHANGE + difficulty * (LEAST_CHANGE - PLAIN_CHANGE);
  const random = Random.of(options.seed, 'pretrain', 'sample', size, index);
  const { subject, picture } = generateNormal(options, size, random);
  const image: Field = { size, data: picture.data.slice() };
  const mask: Field = { size, data: new Float32Array(size * size) };
  const findings: string[] = [];
  if (!random.chance(options.normalShare)) {
    const other = Random.of(options.seed, 'pretrain', 'donor', size, index);
    const donor = (): Field => generateNormal(options, size, other).picture;
    for (let count = 1 + Math.floor(3.99 * random.uniform() ** 2); count > 0; count--) {
      const kind = random.pick(random.chance(difficulty) ? KINDS : ALL_KINDS);
      const strength = random.chance(0.5) ? random.uniform(0.4, 1) : 1;
      const within = random.chance(difficulty * options.withinShare);
      if (addLesion({ image, donor, within, leastChange }, mask, kind, random, strength)) findings.push(random.pick(FINDINGS[kind]));
    }
  }
  addNoise(image, picture, random);
  return {
    image: toBytes(image.data),
    clean: toBytes(picture.data),
    mask: toBytes(mask.data, 255),
    caption: caption({ subject: random.pick(SUBJECTS[subject]), findings }, random),
    abnormal: findings.length > 0,
  };
}

function generateNormal(options: CorpusOptions, size: number, random: Random): { subject: Subject; picture: Field } {
  if (random.chance(options.anatomyShare)) {
    const subject: Anatomy = random.pick(ANATOMIES);
    const number = random.integer(0, options.anatomies);
    return { subject, picture: augment(generateAnatomy(subject, options.seed, number, size), random) };
  }
  const subject = random.pick(MATERIALS);
  const picture = generateMaterial(subject, size, random);
  return { subject, picture: random.chance(0.5) ? augment(picture, random) : picture };
}

function toBytes(values: Float32Array, factor = 1): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length); // rounds and clamps
  for (let i = 0; i < values.length; i++) bytes[i] = values[i] * factor;
  return new Uint8Array(bytes.buffer);
}
