import { PHANTOM_NAMES } from '../../phantoms/names';
import { TASK_NAMES } from '../../synthesis/registry';
import type { ResultRow, Tables } from './rows';

/** One thing that a lesson shows, and whether the results show it. */
export interface Effect {
  /** What was to be seen. */
  wanted: string;
  /** What is to be seen, with its numbers. */
  seen: string;
  holds: boolean;
}

type Metric = 'imageAuroc' | 'pixelAupro';
const SHORT: Record<Metric, string> = { imageAuroc: 'image AUROC', pixelAupro: 'AUPRO' };
const METRICS: Metric[] = ['imageAuroc', 'pixelAupro'];
const MODEL = 'compact';
const SHOTS = 16;
const REAL = { brainmri: 0.8, 'chest-xray': 0.7 };

/** Every effect that the lessons are about, from the tables of `npm run results`. */
export function effectsOf(tables: Tables): Effect[] {
  return [
    zeroShot(tables),
    ...METRICS.map((metric) => fewShot(tables, metric)),
    shots(tables),
    ...METRICS.map((metric) => epochs(tables, metric)),
    parts(tables),
    singleTasks(tables),
    ...METRICS.map((metric) => methods(tables, metric)),
    transfer(tables),
    studied(tables),
    ...real(tables),
  ];
}

function zeroShot({ comparison }: Tables): Effect {
  const values = PHANTOM_NAMES.map((dataset) => value(comparison, { dataset, method: 'zero-shot-clip', metric: 'imageAuroc' }));
  return effect(
    'zero-shot CLIP: image AUROC at most .65 on each phantom',
    byPhantom(values),
    values.every((v) => v <= 0.65),
  );
}

function fewShot({ transfer, pixel }: Tables, metric: Metric): Effect {
  const least = metric === 'imageAuroc' ? 0.15 : 0.3;
  const gains = PHANTOM_NAMES.map((dataset) => {
    if (metric === 'imageAuroc') {
      const { difference, p } = row(transfer, { dataset, trainedOn: dataset, label: 'MediCLIP', metric });
      return { gain: difference, sure: p < 0.01, text: `${signed(difference)} (${p < 0.01 ? 'p < .01' : `p ${p.toFixed(3)}`})` };
    }
    const gain =
      value(pixel, { dataset, method: 'mediclip', k: SHOTS, metric }) - value(pixel, { dataset, method: 'zero-shot-clip', metric });
    return { gain, sure: true, text: signed(gain) };
  });
  const wanted = `few-shot minus zero-shot: ${SHORT[metric]} at least +${three(least)} on each phantom${metric === 'imageAuroc' ? ', p < .01' : ''}`;
  return effect(
    wanted,
    named(gains.map(({ text }) => text)),
    gains.every(({ gain, sure }) => gain >= least && sure),
  );
}

function shots({ comparison, pixel }: Tables): Effect {
  const seen = PHANTOM_NAMES.map((dataset) => {
    const lines = METRICS.map((metric) =>
      [1, 4, SHOTS].map((k) => value(metric === 'imageAuroc' ? comparison : pixel, { dataset, method: 'mediclip', k, metric })),
    );
    const rises = lines.some(([one, four, sixteen]) => one <= four && four <= sixteen && sixteen - one >= 0.04);
    return { rises, text: lines.map((line, i) => `${SHORT[METRICS[i]]} ${line.map(three).join(' ')}`).join(', ') };
  });
  const rising = seen.filter(({ rises }) => rises).length;
  return effect(
    '1, 4, 16 shots: rising by at least .04 in image AUROC or AUPRO on two of three',
    named(seen.map(({ text }) => text)),
    rising >= 2,
  );
}

function epochs({ epochs: table }: Tables, metric: Metric): Effect {
  const curves = PHANTOM_NAMES.map((dataset) =>
    table
      .filter((one) => one.dataset === dataset && one.method === 'mediclip' && one.metric === metric && one.k === SHOTS)
      .sort((a, b) => a.epochs - b.epochs),
  );
  const rise = curves.map((curve) => curve[curve.length - 1].mean - curve[0].mean);
  const texts = curves.map((curve) => curve.map(({ epochs: n, mean }) => `${n}: ${three(mean)}`).join(' '));
  return effect(
    `epochs 0 to 60: ${SHORT[metric]} rises on each phantom`,
    named(texts),
    rise.every((v) => v > 0),
  );
}

function parts({ components, tasks }: Tables): Effect {
  const differing = new Set([...components, ...tasks].filter(({ p, model }) => p < 0.05 && model === MODEL).map(({ label }) => label));
  return effect(
    'at least five variants of parts or tasks differ from the complete method, p < .05',
    [...differing].join('; ') || 'none',
    differing.size >= 5,
  );
}

function singleTasks({ tasks }: Tables): Effect {
  const single = new Set(TASK_NAMES.map((name) => name.replace('Task', '')));
  const seen = PHANTOM_NAMES.map((dataset) => {
    const here = tasks.filter((one) => one.dataset === dataset && one.metric === 'imageAuroc');
    const published = here.find(({ label }) => label === 'as published')?.mean ?? NaN;
    const best = here.filter(({ label }) => single.has(label)).reduce((a, b) => (b.mean > a.mean ? b : a));
    return { unbeaten: published >= best.mean, text: `${three(published)}, best single ${best.label} ${three(best.mean)}` };
  });
  const unbeaten = seen.filter((one) => one.unbeaten).length;
  return effect('the published tasks are not beaten by a single one on two of three', named(seen.map(({ text }) => text)), unbeaten >= 2);
}

function methods({ comparison, pixel }: Tables, metric: Metric): Effect {
  const needed = metric === 'imageAuroc' ? 2 : 3;
  const seen = PHANTOM_NAMES.map((dataset) => {
    const here = (metric === 'imageAuroc' ? comparison : pixel).filter(
      (one) => one.dataset === dataset && one.metric === metric && (one.k === SHOTS || one.k === 0),
    );
    const ours = value(here, { dataset, method: 'mediclip', metric });
    const others = here.filter(({ method }) => method !== 'mediclip');
    const best = others.reduce((a, b) => (b.mean > a.mean ? b : a));
    return { first: ours > best.mean, text: `${three(ours)}, best other ${best.label} ${three(best.mean)}` };
  });
  const first = seen.filter((one) => one.first).length;
  return effect(
    `MediCLIP first of all methods in ${SHORT[metric]} on ${needed === 3 ? 'all three' : 'two of three'}`,
    named(seen.map(({ text }) => text)),
    first >= needed,
  );
}

function transfer({ transfer: table }: Tables): Effect {
  const phantoms: readonly string[] = PHANTOM_NAMES;
  const pairs = table.filter(
    (one) => one.label === 'MediCLIP' && one.metric === 'imageAuroc' && one.dataset !== one.trainedOn && phantoms.includes(one.dataset),
  );
  const text = (one: ResultRow): string => `${one.trainedOn} to ${one.dataset} ${signed(one.difference)}`;
  const better = pairs.filter(({ difference, p }) => difference > 0 && p < 0.05);
  const failing = pairs.filter(({ difference, p }) => difference <= 0 || p >= 0.05);
  const seen = `better: ${better.map(text).join(', ') || 'none'}; not: ${failing.map(text).join(', ') || 'none'}`;
  return effect('transfer: one pair above zero-shot with p < .05, and one that fails', seen, better.length > 0 && failing.length > 0);
}

function studied({ backbones }: Tables): Effect {
  const gains = PHANTOM_NAMES.map((dataset) => {
    const of = (method: string): number => value(backbones, { dataset, method, model: 'compact-medical', metric: 'imageAuroc' });
    return of('mediclip') - of('zero-shot-clip');
  });
  return effect(
    'compact-medical: few-shot minus zero-shot within .03',
    named(gains.map(signed)),
    gains.every((v) => Math.abs(v) <= 0.03),
  );
}

function real({ comparison, backbones }: Tables): Effect[] {
  return Object.entries(REAL).map(([dataset, least]) => {
    const wanted = `${dataset} (real): image AUROC at least ${three(least)}, above zero-shot and above random weights`;
    if (!comparison.some((one) => one.dataset === dataset)) return effect(wanted, 'not measured: the data set was not there', false);
    const few = value(comparison, { dataset, method: 'mediclip', k: SHOTS, metric: 'imageAuroc' });
    const zero = value(comparison, { dataset, method: 'zero-shot-clip', metric: 'imageAuroc' });
    const random = value(backbones, { dataset, method: 'mediclip', model: 'compact-untrained', metric: 'imageAuroc' });
    const seen = `${three(few)}, zero-shot ${three(zero)}, random weights ${three(random)}`;
    return effect(wanted, seen, few >= least && few > zero && few > random);
  });
}

/** The effects as a table in Markdown. */
export function effectsTable(effects: readonly Effect[]): string {
  const lines = effects.map(({ wanted, seen, holds }) => `| ${wanted} | ${seen} | ${holds ? 'yes' : '**no**'} |`);
  return ['| to be seen | seen | reached |', '| --- | --- | --- |', ...lines, ''].join('\n');
}

function effect(wanted: string, seen: string, holds: boolean): Effect {
  return { wanted, seen, holds };
}

/** The one row with these values; of `compact` unless another model is named. */
function row(rows: readonly ResultRow[], wanted: Partial<ResultRow>): ResultRow {
  const found = rows.find((one) => Object.entries({ model: MODEL, ...wanted }).every(([key, v]) => one[key as keyof ResultRow] === v));
  if (!found) throw new Error(`no row with ${JSON.stringify(wanted)}`);
  return found;
}

function value(rows: readonly ResultRow[], wanted: Partial<ResultRow>): number {
  return row(rows, wanted).mean;
}

function byPhantom(values: readonly number[]): string {
  return named(values.map(three));
}

/** A text for each phantom: `brain .912; chest .801; breast .874`. */
function named(texts: readonly string[]): string {
  return texts.map((text, i) => `${PHANTOM_NAMES[i].replace('phantom-', '')} ${text}`).join('; ');
}

function three(v: number): string {
  return v.toFixed(3).replace(/^(-?)0\./, '$1.');
}

function signed(v: number): string {
  return (v < 0 ? '-' : '+') + three(Math.abs(v));
}
