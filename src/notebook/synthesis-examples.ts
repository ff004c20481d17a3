import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { montage, type MontageOptions, type Panel } from '../plots/montage';
import type { PngPicture } from '../plots/picture';
import { synthesisMontage, type SynthesisExample } from '../plots/synthesis-montage';
import { taskStyle } from '../plots/task-style';
import { PUBLISHED_PARAMETERS, type SynthesisParameters } from '../synthesis/parameters';
import { synthesize, type Draw } from '../synthesis/tasks';

/** What synthetic images are made from. */
export interface SynthesisSource {
  /** The normal images. */
  support: readonly GrayImage[];
  seed: number;
  /** Default: the published values. */
  parameters?: SynthesisParameters;
}

/** The published parameters with a single shape per image, so that one thing is seen at a time. */
export const ONE_SHAPE: SynthesisParameters = { ...PUBLISHED_PARAMETERS, secondShapeProbability: 0 };

/**
 * Synthetic image number `k` of a task. It is made on each support image in turn; everything else
 * follows from the seed.
 */
export function synthesizeExample(task: string, k: number, { support, seed, parameters }: SynthesisSource): SynthesisExample {
  const normal = support[k % support.length];
  return { normal, draw: synthesize(task, normal, { support, parameters, random: Random.of(seed, 'example', task, k) }) };
}

/**
 * The first `count` synthetic images of a task, without selection, as panels with the outline of
 * the mask.
 */
export function examplePanels(task: string, count: number, source: SynthesisSource): Panel[] {
  return Array.from({ length: count }, (_, k) => {
    const { draw } = synthesizeExample(task, k, source);
    return { image: draw.image, contour: task === 'IdentityTask' ? undefined : draw.mask.data };
  });
}

/**
 * Of the first `among` synthetic images the one that differs most from its normal image, to see
 * what a task does.
 */
export function clearestExample(task: string, source: SynthesisSource, among = 4): SynthesisExample {
  const examples = Array.from({ length: among }, (_, k) => synthesizeExample(task, k, source));
  return examples.reduce((best, next) => (totalChange(next.normal, next.draw) > totalChange(best.normal, best.draw) ? next : best));
}

/** The sum of the absolute changes of all pixels, in grey levels. */
export function totalChange(normal: { data: ArrayLike<number> }, draw: Draw): number {
  let sum = 0;
  for (let i = 0; i < normal.data.length; i++) sum += Math.abs(draw.image.data[i] - normal.data[i]);
  return sum;
}

/**
 * What tasks do, one row per task: a normal image, the synthetic one, their difference and the mask
 * ({@link clearestExample}).
 */
export function taskMontage(tasks: readonly string[], source: SynthesisSource, options: Partial<MontageOptions> = {}): Promise<PngPicture> {
  const labelled = tasks.length > 1;
  const examples = tasks.map((task) => ({ ...clearestExample(task, source), ...(labelled && { label: taskStyle(task).name }) }));
  const names = tasks.map((task) => taskStyle(task).name).join(', ');
  return synthesisMontage(examples, { alt: `${names}: normal image, synthetic image, difference, mask.`, ...options });
}

/**
 * The first `count` synthetic images of each task, one row per task, without selection; the masks
 * are outlined.
 */
export function taskGallery(
  tasks: readonly string[],
  count: number,
  source: SynthesisSource,
  options: Partial<MontageOptions> = {},
): Promise<PngPicture> {
  const rows = tasks.map((task) => ({ label: taskStyle(task).name, panels: examplePanels(task, count, source) }));
  const shown = tasks.length === 1 ? 'one task' : `each of ${tasks.length} tasks`;
  const alt = `The first ${count} synthetic images of ${shown}, without selection, masks outlined.`;
  return montage(rows, { alt, cell: 106, labelRoom: 150, ...options });
}
