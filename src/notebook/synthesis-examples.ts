import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import type { Panel } from '../plots/montage';
import type { DrawnExample } from '../plots/synthesis-montage';
import { PUBLISHED_PARAMETERS, type SynthesisParameters } from '../synthesis/parameters';
import type { TaskName } from '../synthesis/task-names';
import { synthesize, type Draw } from '../synthesis/tasks';

/** What draws are made from. */
export interface DrawSource {
  support: readonly GrayImage[];
  seed: number;
  /** Default: the published values. */
  parameters?: SynthesisParameters;
}

/** Draw number `k` of a task: the image in turn, all else by the seed. */
export function drawExample(task: TaskName, k: number, { support, seed, parameters }: DrawSource): DrawnExample {
  const normal = support[k % support.length];
  return { normal, draw: synthesize(task, normal, { support, parameters, random: Random.of(seed, 'example', task, k) }) };
}

/** The first `count` draws of a task, nothing left out, as panels with the outline of the mask. */
export function examplePanels(task: TaskName, count: number, source: DrawSource): Panel[] {
  return Array.from({ length: count }, (_, k) => {
    const { draw } = drawExample(task, k, source);
    return { image: draw.image, contour: task === 'IdentityTask' ? undefined : draw.mask.data };
  });
}

/** Of the first `among` draws the one that changes its image most, to see what a task does. */
export function clearExample(task: TaskName, source: DrawSource, among = 4): DrawnExample {
  const examples = Array.from({ length: among }, (_, k) => drawExample(task, k, source));
  return examples.reduce((best, next) => (totalChange(next.normal, next.draw) > totalChange(best.normal, best.draw) ? next : best));
}

/** The sum of the absolute changes of all pixels, in grey levels. */
export function totalChange(normal: { data: ArrayLike<number> }, draw: Draw): number {
  let sum = 0;
  for (let i = 0; i < normal.data.length; i++) sum += Math.abs(draw.image.data[i] - normal.data[i]);
  return sum;
}

/** The published parameters with one shape a draw, so that one thing is seen at a time. */
export const ONE_SHAPE: SynthesisParameters = { ...PUBLISHED_PARAMETERS, secondShapeProbability: 0 };
