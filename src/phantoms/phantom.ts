import { UserError } from '../common/errors';
import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { brain } from './brain/brain';
import { breast } from './breast/breast';
import { chest } from './chest/chest';
import { strengthOf, type Metadata, type Modality, type Rendering } from './modality';
import { DIFFICULTIES, type PhantomName } from './names';
import { fork } from './physics/streams';

/** What to render. */
export interface PhantomOptions {
  /** The kind of anomaly ({@link phantomKinds}), true for a random kind, or false for none. */
  abnormal: boolean | string;
  /** From 0 (plain) to 1 (faint and small); default 0.5. */
  difficulty?: number;
  /**
   * Side of the picture in pixels, default 256. The same patient at another size has different
   * noise.
   */
  size?: number;
  /** Also render the same patient without the anomaly; default false. */
  clean?: boolean;
}

/** A rendered picture with its masks and metadata. */
export interface Phantom {
  /** `[size, size]`, 8 bits. */
  image: GrayImage;
  /** 255 on the anomaly, else 0. */
  mask: GrayImage;
  /**
   * 255 where the anomaly may have changed the picture at all: the anomaly itself, what it pushes
   * aside, shades or brightens, and the device's blur. Everywhere else `image` equals `clean`.
   */
  affected: GrayImage;
  /** The same patient, device and noise without the anomaly, if requested. */
  clean?: GrayImage;
  /**
   * The kind of anomaly (`normal` for none), the difficulty, and settings of patient and device.
   */
  metadata: Metadata;
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each modality has its own types of scene and anomaly */
const MODALITIES: Record<PhantomName, Modality<any, any>> = { 'phantom-brain': brain, 'phantom-chest': chest, 'phantom-breast': breast };

/** The kinds of anomaly of a procedural data set. */
export function phantomKinds(name: PhantomName): readonly string[] {
  return MODALITIES[name].kinds;
}

/**
 * Renders one picture of a data set. Patient, device, noise and anomaly each get their own
 * generator from `random`, so that the same generator state gives the same patient, whatever the
 * anomaly.
 * @throws UserError for a kind that the data set does not have, or a size or difficulty out of
 *   range
 */
export function renderPhantom(name: PhantomName, random: Random, options: PhantomOptions): Phantom {
  const { abnormal, difficulty = DIFFICULTIES.medium, size = 256, clean = false } = options;
  const modality = MODALITIES[name];
  check(name, abnormal, difficulty, size);
  const [patient, device, noise, disease] = [fork(random), fork(random), fork(random), fork(random)];
  const scene: unknown = modality.scene(patient, device, size);
  const noiseState = noise.state();
  const render = (anomaly?: unknown): Rendering => modality.render(scene, Random.from(noiseState), anomaly);
  if (abnormal === false) {
    const rendering = render();
    return { ...rendering, ...(clean ? { clean: rendering.image } : {}), metadata: { kind: 'normal', ...modality.metadata(scene) } };
  }
  const kind = abnormal === true ? disease.pick(modality.kinds) : abnormal;
  const strength = strengthOf(difficulty, modality.strengths);
  const smallest = Math.max(4, (size * size) / 5000);
  let rendering = render(modality.anomaly(disease, scene, kind, strength));
  for (let tries = 0; tries < 20 && area(rendering.mask) < smallest; tries++) {
    rendering = render(modality.anomaly(disease, scene, kind, strength)); // the anomaly was outside of the field of view
  }
  return { ...rendering, ...(clean ? { clean: render().image } : {}), metadata: { kind, difficulty, ...modality.metadata(scene) } };
}

function area(mask: GrayImage): number {
  let pixels = 0;
  for (const v of mask.data) if (v !== 0) pixels++;
  return pixels;
}

function check(name: PhantomName, abnormal: boolean | string, difficulty: number, size: number): void {
  const { kinds } = MODALITIES[name];
  if (typeof abnormal === 'string' && !kinds.includes(abnormal)) {
    throw new UserError(`${name} has no anomaly ${JSON.stringify(abnormal)}; it has ${kinds.join(', ')}`);
  }
  if (!(difficulty >= 0 && difficulty <= 1)) throw new UserError(`${name}: difficulty is ${difficulty}, expected 0 to 1`);
  if (!Number.isInteger(size) || size < 32 || size > 1024) {
    throw new UserError(`${name}: size is ${size} pixels, expected a whole number from 32 to 1024`);
  }
}
