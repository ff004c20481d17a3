import { initBackend } from '../common/node/backend';
import { SynthesisPool } from '../datasets/synthesis-pool';
import { kindsOf } from '../datasets/layout';
import { loadTokenizer } from '../backbones/node/load-tokenizer';
import type { GrayImage } from '../image/image';
import type { MediClip } from '../methods/mediclip/mediclip';
import { architectureFigure, factsOf } from '../plots/architecture-figure';
import { filmStrip } from '../plots/film-strip';
import { gallery } from '../plots/gallery';
import type { PngPicture } from '../plots/picture';
import { tokenFigure } from '../plots/token-figure';
import { epochSteps } from '../runs/batches';
import { trainingConfig, type TrainingConfig, type TrainingSettings } from '../runs/config';
import type { MapProbe } from '../runs/map-probe';
import type { MapScale } from '../runs/map-scale';
import { buildModel, openModel } from '../runs/session';
import { taskLabel } from '../synthesis/task-label';
import type { Draw } from '../synthesis/tasks';

/** A model as it is before training: CLIP is trained, adapters and learnable tokens are random. */
export interface UntrainedModel {
  model: MediClip;
  /** All settings with their defaults. */
  config: TrainingConfig;
  /** Frees the memory of the model and of its CLIP. */
  dispose(): void;
}

/**
 * Loads a CLIP and puts untrained adapters and prompts on it, as a training with these settings
 * starts.
 * @param name - name or folder of a CLIP
 */
export async function untrainedModel(name: string, settings: TrainingSettings): Promise<UntrainedModel> {
  await initBackend();
  const { backbone } = await openModel(name);
  const config = trainingConfig(settings, 'settings', backbone.imageSize);
  const model = buildModel(backbone, config);
  const dispose = (): void => {
    model.dispose();
    backbone.dispose();
  };
  return { model, config, dispose };
}

/** Frees the memory of what a notebook no longer needs. */
export function dispose(...unused: readonly { dispose(): void }[]): void {
  for (const one of unused) one.dispose();
}

/**
 * Two normal and two abnormal prompts of a model as its text network receives them
 * ({@link tokenFigure}).
 */
export function promptTokens({ prompts, options }: MediClip): Promise<PngPicture> {
  const { normal, abnormal } = prompts.ids;
  const shown = [normal[0], normal[3], abnormal[4], abnormal[10]].filter(Boolean);
  return tokenFigure(shown, options.contextTokens, loadTokenizer());
}

/**
 * A training image: the normal image that it was made from, and the synthetic image with its mask.
 */
export interface TrainingImage {
  normal: GrayImage;
  draw: Draw;
}

/** The images that a training sees in its first epoch, in their order. */
export async function firstEpoch(support: GrayImage[], { seed, tasks, batchSize, synthesis }: TrainingConfig): Promise<TrainingImage[]> {
  const pool = new SynthesisPool({ support, tasks, parameters: synthesis, seed });
  try {
    const requests = epochSteps(seed, 1, support.length, batchSize).flat();
    const draws = await pool.draw(requests);
    return draws.map((draw, i) => ({ normal: support[requests[i].image], draw }));
  } finally {
    await pool.close();
  }
}

/**
 * The architecture with the numbers of a model; its example is the first Cutpaste image of an
 * epoch, otherwise the first image.
 */
export function architectureOf(model: MediClip, images: readonly TrainingImage[]): Promise<PngPicture> {
  const { normal, draw } = images.find(({ draw: { task } }) => task === 'CutpasteTask') ?? images[0];
  return architectureFigure(factsOf(model, { normal, synthetic: draw.image, mask: draw.mask.data }));
}

/** Training images, four per row, with the outlines of their synthetic anomalies. */
export function trainingGallery(images: readonly TrainingImage[]): Promise<PngPicture> {
  const panels = images.map(({ draw: { image, mask, task } }) => ({
    image,
    contour: task === 'IdentityTask' ? undefined : mask.data,
    caption: taskLabel(task),
  }));
  return gallery(panels, { alt: `${images.length} training images, their synthetic anomalies outlined.` });
}

/**
 * The anomaly maps of a probe's images at every moment at which it looked, with the scores below.
 * @param colours - the colour scale of the run
 * @param labels - what is written beside each image, default its kind
 */
export function probeFilm(probe: MapProbe, colours: MapScale | null, labels?: readonly string[]): Promise<PngPicture> {
  const strips = probe.samples.map((sample, i) => ({
    image: probe.images[i],
    mask: probe.masks[i],
    label: labels?.[i] ?? (kindsOf(sample).join(', ') || sample.labelName),
    frames: probe.looks.map((look) => look.maps[i]),
    captions: probe.looks.map((look) => look.scores[i].toFixed(3)),
  }));
  const alt = `Anomaly maps of ${strips.length} test images after several epochs; below each its score.`;
  return filmStrip(strips, momentsOf(probe), { alt, colours, labelRoom: 150 });
}

/**
 * The cosine differences of a probe's first image at every moment, one row per block of the image
 * encoder that has an adapter.
 */
export function layerFilm(probe: MapProbe, { options }: MediClip): Promise<PngPicture> {
  const strips = options.layers.map((layer, l) => ({
    image: probe.images[0],
    mask: probe.masks[0],
    label: `block ${layer}`,
    frames: probe.looks.map((look) => look.margins[0][l]),
  }));
  const alt = 'Cosine differences of the first test image by layer and epoch.';
  return filmStrip(strips, momentsOf(probe), { alt, heatTitle: 'cosine difference' });
}

function momentsOf({ looks }: MapProbe): string[] {
  return looks.map(({ epoch }) => `epoch ${epoch}`);
}
