import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { synthesisParameters, type SynthesisOptions } from '../synthesis/parameters';
import { synthesize, type Draw } from '../synthesis/tasks';
import { totalChange } from './synthesis-examples';

/** One parameter of a task at several values, everything else equal. */
export interface ParameterSweep {
  task: string;
  /** Its name, for people. */
  parameter: string;
  /** The same as one word or symbol. */
  short: string;
  values: readonly number[];
  /** Index of the published value, or of the value in the middle of the published range. */
  published: number;
  /** The published value or range, for people. */
  publishedText: string;
  /** A value, for people. */
  format(value: number): string;
  options(value: number): SynthesisOptions;
}

const inUnits =
  (unit = ''): ((value: number) => string) =>
  (value) =>
    `${value}${unit}`;
const percent = (value: number): string => `${Math.round(value * 100)} %`;

/**
 * What the explorer shows. A parameter that is sampled from a range is held at one value of that
 * range.
 */
export const PARAMETER_SWEEPS: readonly ParameterSweep[] = [
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'threshold of the noise',
    short: 'threshold',
    values: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    published: 3,
    publishedText: '0.3',
    format: inUnits(),
    options: (threshold) => ({ perlinShape: { threshold, minimumFill: 0 } }),
  },
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'strength |u|',
    short: '|u| =',
    values: [0.1, 0.3, 0.5, 0.7, 0.9],
    published: 2,
    publishedText: '0.4 to 0.6',
    format: inUnits(),
    options: (u) => ({ gaussIntensityChange: { change: [u, u] } }),
  },
  {
    task: 'GaussIntensityChangeTask',
    parameter: 'grain σ of the texture',
    short: 'σ =',
    values: [1, 2, 4, 7, 12, 20],
    published: 2,
    publishedText: '4 or 7',
    format: inUnits(' px'),
    options: (sigma) => ({ gaussIntensityChange: { textureSigmas: [sigma] } }),
  },
  {
    task: 'SmoothIntensityTask',
    parameter: 'size of the change in grey levels',
    short: 'size',
    values: [15, 45, 75, 105, 150, 200],
    published: 3,
    publishedText: '15 + Gamma(3, 30), mean 105',
    format: inUnits(),
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
    format: inUnits(),
    options: (f) => ({ source: { exponentLog2: [Math.log2(f), Math.log2(f)] } }),
  },
  {
    task: 'SinkTask',
    parameter: 'exponent f',
    short: 'f =',
    values: [1, 1.4, 2, 2.8, 4, 6],
    published: 2,
    publishedText: '1.4 to 4',
    format: inUnits(),
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

/**
 * The result of a sweep: one synthetic image per value, all from the same generator state and with
 * a single shape.
 */
export interface SweepResult {
  sweep: ParameterSweep;
  draws: Draw[];
}

/**
 * Runs a sweep. Of `among` generator states it takes the one that changes the image most at the
 * published value, so that there is something to see.
 */
export function runSweep(sweep: ParameterSweep, image: GrayImage, support: readonly GrayImage[], seed: number, among = 16): SweepResult {
  const draw = (value: number, k: number): Draw => {
    const parameters = synthesisParameters({ ...sweep.options(value), secondShapeProbability: 0 });
    return synthesize(sweep.task, image, { support, parameters, random: Random.of(seed, 'sweep', sweep.task, sweep.parameter, k) });
  };
  const changes = Array.from({ length: among }, (_, k) => totalChange(image, draw(sweep.values[sweep.published], k)));
  const clearest = changes.indexOf(Math.max(...changes));
  return { sweep, draws: sweep.values.map((value) => draw(value, clearest)) };
}
