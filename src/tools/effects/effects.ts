import { formatNumber, signedNumber } from '../../drawing/style';
import { isGain, SIGNIFICANCE } from '../../metrics/significance';
import { PHANTOM_NAMES } from '../../phantoms/names';
import { TASK_NAMES } from '../../synthesis/registry';
import { taskLabel } from '../../synthesis/task-label';
import type { ResultRow, Tables } from './rows';

/** One thing that a lesson shows, and whether the results show it. */
export interface Effect {
  /** What was to be seen. */
  wanted: string;
  /** What is to be seen, with its numbers: mostly one text per phantom. */
  seen: string[];
  holds: boolean;
}

type Metric = 'imageAuroc' | 'pixelAupro';
const SHORT: Record<Metric, string> = { imageAuroc: 'image AUROC', pixelAupro: 'AUPRO' };
const METRICS: Metric[] = ['imageAuroc', 'pixelAupro'];
const MODEL = 'compact';
const SHOTS = 16;

/** Every effect that the lessons are about, from the tables of `npm run results`. */
export function effectsOf(tables: Tables): Effect[] {
  return EFFECTS.map(([wanted, look]) => {
    try {
      return { wanted, ...look(tables) };
    } catch (error) {
      if (!(error instanceof MissingRow)) throw error;
      return { wanted, seen: [`not measured: ${error.message}`], holds: false };
    }
  });
}

type Look = (tables: Tables) => Omit<Effect, 'wanted'>;

/** What is to be seen, and where to look. */
const EFFECTS: [wanted: string, look: Look][] = [
  ['zero-shot CLIP: image AUROC at most .65 on each phantom', zeroShot],
  ['few-shot minus zero-shot: image AUROC at least +.150 on each phantom, p < .01', fewShot],
  ['few-shot minus zero-shot: AUPRO at least +.300 on each phantom', fewShotPlaces],
  ['1, 4, 16 shots: rising by at least .04 in image AUROC or AUPRO on two of three', shots],
  ['epochs 0 to 60: image AUROC rises by at least .02 on each phantom', (tables) => epochs(tables, 'imageAuroc')],
  ['epochs 0 to 60: AUPRO rises by at least .02 on each phantom', (tables) => epochs(tables, 'pixelAupro')],
  ['at least five variants of parts or tasks differ from the complete method, p < .05', parts],
  ['on two of three phantoms, no single task is better than the published mix', singleTasks],
  ['MediCLIP first of all methods in image AUROC on two of three', ({ comparison }) => methods(comparison, 'imageAuroc', 2)],
  ['MediCLIP first of all methods in AUPRO on all three', ({ pixel }) => methods(pixel, 'pixelAupro', 3)],
  ['transfer: at least one pair above zero-shot CLIP with p < .05, and at least one not', transfer],
  ['compact-medical: few-shot minus zero-shot within .03', studied],
  ['brainmri (real): image AUROC at least .800, above zero-shot and above random weights', (tables) => real(tables, 'brainmri', 0.8)],
  ['chest-xray (real): image AUROC at least .700, above zero-shot and above random weights', (tables) => real(tables, 'chest-xray', 0.7)],
];

/** A table does not have the rows that an effect needs. */
class MissingRow extends Error {}

function zeroShot({ comparison }: Tables): ReturnType<Look> {
  const values = PHANTOM_NAMES.map((dataset) => value(comparison, { dataset, method: 'zero-shot-clip', metric: 'imageAuroc' }));
  return { seen: named(values.map((v) => formatNumber(v))), holds: values.every((v) => v <= 0.65) };
}

function fewShot({ transfer: table }: Tables): ReturnType<Look> {
  const rows = PHANTOM_NAMES.map((dataset) => row(table, { dataset, trainedOn: dataset, label: 'MediCLIP', metric: 'imageAuroc' }));
  return {
    seen: named(rows.map(({ difference, p }) => `${signedNumber(difference)} (${chance(p)})`)),
    holds: rows.every(({ difference, p }) => difference >= 0.15 && p < 0.01),
  };
}

function fewShotPlaces({ pixel }: Tables): ReturnType<Look> {
  const gains = PHANTOM_NAMES.map((dataset) => {
    const of = (method: string, k: number): number => value(pixel, { dataset, method, k, metric: 'pixelAupro' });
    return of('mediclip', SHOTS) - of('zero-shot-clip', 0);
  });
  return { seen: named(gains.map((v) => signedNumber(v))), holds: gains.every((gain) => gain >= 0.3) };
}

function shots({ comparison, pixel }: Tables): ReturnType<Look> {
  const seen = PHANTOM_NAMES.map((dataset) => {
    const lines = METRICS.map((metric) =>
      [1, 4, SHOTS].map((k) => value(metric === 'imageAuroc' ? comparison : pixel, { dataset, method: 'mediclip', k, metric })),
    );
    const rises = lines.some(([one, four, sixteen]) => one <= four && four <= sixteen && sixteen - one >= 0.04);
    return { rises, text: lines.map((line, i) => `${SHORT[METRICS[i]]} ${line.map((v) => formatNumber(v)).join(' ')}`).join(', ') };
  });
  return { seen: named(seen.map(({ text }) => text)), holds: seen.filter(({ rises }) => rises).length >= 2 };
}

/** Seeds differ by as much: a smaller rise could be chance. */
const LEAST_RISE = 0.02;

function epochs({ epochs: table }: Tables, metric: Metric): ReturnType<Look> {
  const curves = PHANTOM_NAMES.map((dataset) => {
    const curve = table.filter((one) => one.dataset === dataset && one.method === 'mediclip' && one.metric === metric && one.k === SHOTS);
    if (curve.length < 2) throw new MissingRow(`no curve of ${dataset}`);
    return curve.sort((a, b) => a.epochs - b.epochs);
  });
  return {
    seen: named(curves.map((curve) => curve.map(({ epochs: n, mean }) => `${n}: ${formatNumber(mean)}`).join(' '))),
    holds: curves.every((curve) => curve[curve.length - 1].mean - curve[0].mean >= LEAST_RISE),
  };
}

function parts({ components, tasks }: Tables): ReturnType<Look> {
  if (components.length + tasks.length === 0) throw new MissingRow('no table of parts or tasks');
  const differing = [...components, ...tasks].filter(
    ({ p, model, metric }) => p < SIGNIFICANCE && model === MODEL && metric === 'imageAuroc',
  );
  const seen = differing.map(({ label, dataset, difference }) => `${label} (${shortName(dataset)} ${signedNumber(difference)})`);
  return { seen: seen.length > 0 ? seen : ['none'], holds: new Set(differing.map(({ label }) => label)).size >= 5 };
}

function singleTasks({ tasks }: Tables): ReturnType<Look> {
  const single = new Set(TASK_NAMES.map(taskLabel));
  const seen = PHANTOM_NAMES.map((dataset) => {
    const published = value(tasks, { dataset, metric: 'imageAuroc', label: 'as published' });
    const best = bestOf(tasks.filter((one) => one.dataset === dataset && one.metric === 'imageAuroc' && single.has(one.label)));
    return { unbeaten: published >= best.mean, text: `${formatNumber(published)}, best single ${best.label} ${formatNumber(best.mean)}` };
  });
  return { seen: named(seen.map(({ text }) => text)), holds: seen.filter(({ unbeaten }) => unbeaten).length >= 2 };
}

/** @param needed - on so many phantoms */
function methods(table: readonly ResultRow[], metric: Metric, needed: number): ReturnType<Look> {
  const seen = PHANTOM_NAMES.map((dataset) => {
    const here = table.filter((one) => one.dataset === dataset && one.metric === metric && (one.k === SHOTS || one.k === 0));
    const ours = value(here, { method: 'mediclip' });
    const best = bestOf(here.filter(({ method }) => method !== 'mediclip'));
    return { first: ours > best.mean, text: `${formatNumber(ours)}, best other ${best.label} ${formatNumber(best.mean)}` };
  });
  return { seen: named(seen.map(({ text }) => text)), holds: seen.filter(({ first }) => first).length >= needed };
}

function transfer({ transfer: table }: Tables): ReturnType<Look> {
  const phantoms: readonly string[] = PHANTOM_NAMES;
  const pairs = table.filter(
    (one) =>
      one.label === 'MediCLIP' &&
      one.metric === 'imageAuroc' &&
      one.dataset !== one.trainedOn &&
      [one.dataset, one.trainedOn].every((name) => phantoms.includes(name)),
  );
  if (pairs.length === 0) throw new MissingRow('no pairs');
  const text = (one: ResultRow): string => {
    const side = one.p >= SIGNIFICANCE ? 'no clear difference' : isGain(one) ? 'above' : 'below';
    return `${shortName(one.trainedOn)} to ${shortName(one.dataset)} ${signedNumber(one.difference)} (${side}, ${chance(one.p)})`;
  };
  return { seen: pairs.map(text), holds: pairs.some(isGain) && !pairs.every(isGain) };
}

function studied({ backbones }: Tables): ReturnType<Look> {
  const gains = PHANTOM_NAMES.map((dataset) => {
    const of = (method: string): number => value(backbones, { dataset, method, model: 'compact-medical', metric: 'imageAuroc' });
    return of('mediclip') - of('zero-shot-clip');
  });
  return { seen: named(gains.map((v) => signedNumber(v))), holds: gains.every((v) => Math.abs(v) <= 0.03) };
}

function real({ comparison, backbones }: Tables, dataset: string, least: number): ReturnType<Look> {
  const few = value(comparison, { dataset, method: 'mediclip', k: SHOTS, metric: 'imageAuroc' });
  const zero = value(comparison, { dataset, method: 'zero-shot-clip', metric: 'imageAuroc' });
  const random = value(backbones, { dataset, method: 'mediclip', model: 'compact-untrained', metric: 'imageAuroc' });
  return {
    seen: [`${formatNumber(few)}, zero-shot ${formatNumber(zero)}, random weights ${formatNumber(random)}`],
    holds: few >= least && few > zero && few > random,
  };
}

const HEAD = `# Effects that the lessons are about

Each line says what was to be seen, and whether the tables of this folder show it. All is of
\`compact\` with 16 shots, unless another number or model is named: means over seeds 1 to 3. Parts
and tasks were trained for 20 epochs, everything else for 60. Values of p come from resampling seeds
and test images, so one difference may have another last digit in another table.
`;

/** The effects as a page in Markdown: what was to be seen, and below it what is. */
export function effectsPage(effects: readonly Effect[]): string {
  const items = effects.map(({ wanted, seen, holds }) => {
    return [`- **${holds ? 'Reached' : 'Missed'}**: ${wanted}`, ...seen.map((text) => `  - ${text}`)].join('\n');
  });
  return `${HEAD}\n${items.join('\n')}\n`;
}

function bestOf(rows: readonly ResultRow[]): ResultRow {
  if (rows.length === 0) throw new MissingRow('nothing to compare with');
  return rows.reduce((best, one) => (one.mean > best.mean ? one : best));
}

/** The one row with these values; of `compact` unless another model is named. */
function row(rows: readonly ResultRow[], wanted: Partial<ResultRow>): ResultRow {
  const found = rows.find((one) => Object.entries({ model: MODEL, ...wanted }).every(([key, v]) => one[key as keyof ResultRow] === v));
  if (!found) throw new MissingRow(`no ${Object.values(wanted).join(', ')}`);
  return found;
}

function value(rows: readonly ResultRow[], wanted: Partial<ResultRow>): number {
  return row(rows, wanted).mean;
}

/** A text for each phantom: `brain 0.912`, `chest 0.801`, `breast 0.874`. */
function named(texts: readonly string[]): string[] {
  return texts.map((text, i) => `${shortName(PHANTOM_NAMES[i])} ${text}`);
}

/** `brain` for `phantom-brain`. */
function shortName(dataset: string): string {
  return dataset.replace('phantom-', '');
}

function chance(p: number): string {
  return p < 0.01 ? 'p < .01' : `p ${formatNumber(p)}`;
}
