import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { synthesisParameters, type SynthesisOptions } from '../synthesis/parameters';
import type { TaskName } from '../synthesis/task-names';
import { synthesize, type Draw } from '../synthesis/tasks';
import { totalChange } from './synthesis-examples';

/** One parameter of a task at several values, all else equal. */
export interface ParameterSweep {
  task: TaskName;
  /** For people. */
  parameter: string;
  /** The same in a word or a symbol. */
  short: string;
  values: readonly number[];
  /** Index of the value that is published, or in the middle of the published range. */
  published: number;
  /** What is published, for people. */
  publishedText: string;
  /** The value, for people. */
  format(value: number): string;
  options(value: number): SynthesisOptions;
}

const shown =
  (unit = ''): ((value: number) => string) =>
  (value) =>
    `${value}${unit}`;
const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** What the explorer shows. A parameter that is drawn from a range is held at one value of it. */
export const PARAMETER_SWEEPS: readonly ParameterSweep[] = [
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'threshold of the noise',
    short: 'threshold',
    values: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    published: 3,
    publishedText: '0.3',
    format: shown(),
    options: (threshold) => ({ perlinShape: { threshold, minimumFill: 0 } }),
  },
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'strength |u|',
    short: '|u| =',
    values: [0.1, 0.3, 0.5, 0.7, 0.9],
    published: 2,
    publishedText: '0.4 to 0.6',
    format: shown(),
    options: (u) => ({ gaussIntensityChange: { change: [u, u] } }),
  },
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'grain σ of the texture',
    short: 'σ =',
    values: [1, 2, 4, 7, 12, 20],
    published: 2,
    publishedText: '4 or 7',
    format: shown(' px'),
    options: (sigma) => ({ gaussIntensityChange: { textureSigmas: [sigma] } }),
  },
  {
    task: 'SmoothIntensityTask',
    parameter: 'size of the change in grey levels',
    short: 'size',
    values: [15, 45, 75, 105, 150, 200],
    published: 3,
    publishedText: '15 + Gamma(3, 30), mean 105',
    format: shown(),
    options: (offset) => ({ smoothIntensity: { offset, scale: 0 } }),
  },
  {
    task: 'SmoothIntensityTask',
    parameter: 'width of the border',
    short: 'border',
    values: [0, 0.02, 0.05, 0.1, 0.2],
    published: 2,
    publishedText: '0.02 + Gamma(3, 0.01), mean 5 %',
    format: percent,
    options: (borderOffset) => ({ smoothIntensity: { borderOffset, borderScale: 0 } }),
  },
  {
    task: 'SourceTask',
    parameter: 'exponent f',
    short: 'f =',
    values: [1, 1.4, 2, 2.8, 4, 6],
    published: 2,
    publishedText: '1.4 to 4',
    format: shown(),
    options: (f) => ({ source: { exponentLog2: [Math.log2(f), Math.log2(f)] } }),
  },
  {
    task: 'SinkTask',
    parameter: 'exponent f',
    short: 'f =',
    values: [1, 1.4, 2, 2.8, 4, 6],
    published: 2,
    publishedText: '1.4 to 4',
    format: shown(),
    options: (f) => ({ sink: { exponentLog2: [Math.log2(f), Math.log2(f)] } }),
  },
  {
    task: 'CutpasteTask',
    parameter: 'largest side of the patch',
    short: 'side',
    values: [0.2, 0.3, 0.45, 0.6, 0.8],
    published: 3,
    publishedText: '60 % of the image',
    format: percent,
    options: (maximum) => ({ cutpaste: { maximum } }),
  },
];

/** A sweep carried out: a draw a value, all from one generator state and with one shape. */
export interface SweptDraws {
  sweep: ParameterSweep;
  draws: Draw[];
}

/**
 * Carries a sweep out. Of `among` generator states the one is taken whose published draw changes the image most, so that there
 * is something to see.
 */
export function sweepDraws(sweep: ParameterSweep, image: GrayImage, support: readonly GrayImage[], seed: number, among = 16): SweptDraws {
  const draw = (value: number, k: number): Draw => {
    const parameters = synthesisParameters({ ...sweep.options(value), secondShapeProbability: 0 });
    return synthesize(sweep.task, image, { support, parameters, random: Random.of(seed, 'sweep', sweep.task, sweep.parameter, k) });
  };
  const changes = Array.from({ length: among }, (_, k) => totalChange(image, draw(sweep.values[sweep.published], k)));
  const clearest = changes.indexOf(Math.max(...changes));
  return { sweep, draws: sweep.values.map((value) => draw(value, clearest)) };
}
