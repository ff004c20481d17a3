import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { openSafetensors } from '../../common/node/safetensors';
import type { SafetensorsFile } from '../../common/safetensors';
import { rankedAupro } from '../../metrics/aupro';
import { fprAtTpr } from '../../metrics/fpr-at-tpr';
import { rankPixels } from '../../metrics/pixel-ranking';
import { averagePrecision, f1Max, prCurve } from '../../metrics/precision-recall';
import { auroc, rocCurve } from '../../metrics/roc';
import { rankedPixelMetrics } from '../../metrics/metrics';
import type { Check } from './check';

const TOLERANCE = 1e-6;

const value = z.number().nullable();
const values = z.array(value);
const imageCase = z
  .object({
    name: z.string(),
    scores: z.array(z.number()),
    labels: z.array(z.number()),
    auroc: value,
    average_precision: value,
    f1_max: value,
    f1_max_thresholds: z.array(z.number()).nullable(),
    fpr_at_95_tpr: value,
  })
  .partial()
  .required({ name: true, scores: true, labels: true });
const curveCase = z.object({
  case: z.string(),
  roc: z.object({ fpr: values, tpr: values, thresholds: values }).nullish(),
  pr: z.object({ precision: values, recall: values, thresholds: values }).nullish(),
});
const pixelCase = z.object({ name: z.string(), shape: z.tuple([z.number(), z.number(), z.number()]) }).passthrough();
const format = z.object({
  image: z.array(imageCase).default([]),
  curves: z.array(curveCase).default([]),
  pixel: z.array(pixelCase).default([]),
});

/**
 * Compares every field of `metrics.json` with this implementation: image metrics, curves, and pixel
 * metrics (AUPRO at the limits that `aupro_NNN` names, in hundredths). There is one check per field
 * over all cases, within 1e-6; `null` must be `null`.
 * @param dir - folder with `metrics.json` and `metrics_maps.safetensors`
 * @throws UserError if a file is missing or has another format
 */
export async function verifyMetrics(dir: string): Promise<Check[]> {
  const file = path.join(dir, 'metrics.json');
  const { image, curves, pixel } = checked(format, readJson(file), file);
  const fields = new Fields();
  for (const c of image) compareImage(fields, c);
  for (const c of curves) {
    const of = image.find((candidate) => candidate.name === c.case);
    if (!of) throw new UserError(`${file}: curves: no image case ${JSON.stringify(c.case)}`);
    compareCurves(fields, c, of);
  }
  if (pixel.length > 0) {
    const maps = openSafetensors(path.join(dir, 'metrics_maps.safetensors'));
    for (const c of pixel) comparePixels(fields, c, maps);
  }
  return fields.checks();
}

function compareImage(fields: Fields, c: z.infer<typeof imageCase>): void {
  const best = f1Max(c.scores, c.labels);
  fields.add('image/auroc', c.name, auroc(c.scores, c.labels), c.auroc);
  fields.add('image/average_precision', c.name, averagePrecision(c.scores, c.labels), c.average_precision);
  fields.add('image/f1_max', c.name, best && best.f1, c.f1_max);
  fields.add('image/f1_max_thresholds', c.name, rising(best && best.thresholds), rising(c.f1_max_thresholds));
  fields.add('image/fpr_at_95_tpr', c.name, fprAtTpr(c.scores, c.labels, 0.95), c.fpr_at_95_tpr);
}

function compareCurves(fields: Fields, c: z.infer<typeof curveCase>, of: z.infer<typeof imageCase>): void {
  const roc = rocCurve(of.scores, of.labels);
  const pr = prCurve(of.scores, of.labels);
  for (const key of ['fpr', 'tpr', 'thresholds'] as const) fields.add(`curves/roc.${key}`, c.case, roc && roc[key], c.roc && c.roc[key]);
  for (const key of ['precision', 'recall', 'thresholds'] as const)
    fields.add(`curves/pr.${key}`, c.case, pr && pr[key], c.pr && c.pr[key]);
}

function comparePixels(fields: Fields, c: z.infer<typeof pixelCase>, file: SafetensorsFile): void {
  const [n, h, w] = c.shape;
  const map = file.read(`${c.name}.map`);
  const mask = file.read(`${c.name}.mask`);
  for (const array of [map, mask]) {
    if (array.shape.join() !== c.shape.join())
      throw new UserError(`${file.file}: ${c.name}: shape [${array.shape.join(', ')}] instead of [${c.shape.join(', ')}]`);
  }
  const ranking = rankPixels({ maps: Float32Array.from(map.data), masks: Uint8Array.from(mask.data, (v) => (v === 0 ? 0 : 1)), n, h, w });
  const ours = rankedPixelMetrics(ranking);
  for (const [key, reference] of Object.entries(c)) {
    const limit = /^aupro_(\d{3})$/.exec(key);
    const compare = (our: number | null): void => fields.add(`pixel/${key}`, c.name, our, reference as Value);
    if (limit) compare(rankedAupro(ranking, Number(limit[1]) / 100));
    else if (key === 'pixel_auroc') compare(ours.pixelAuroc);
    else if (key === 'pixel_average_precision') compare(ours.pixelAp);
    else if (key === 'pixel_f1_max') compare(ours.pixelF1Max);
    else if (key === 'regions') compare(ranking.regionSize.length);
  }
}

function rising(thresholds: number[] | null | undefined): number[] | null | undefined {
  return thresholds && [...thresholds].sort((a, b) => a - b);
}

type Value = number | null | readonly (number | null)[] | undefined;

/** Collects the comparisons of one field over all cases into one check. */
class Fields {
  private readonly found = new Map<string, { cases: number; maxAbs: number; largest: number; missed: string[] }>();

  /**
   * Compares numbers or lists of them; `undefined` as the reference means that the case has no such
   * field.
   */
  add(field: string, name: string, ours: Value, reference: Value): void {
    if (reference === undefined) return;
    const entry = this.found.get(field) ?? { cases: 0, maxAbs: 0, largest: 0, missed: [] };
    this.found.set(field, entry);
    const [a, b] = [listOf(ours), listOf(reference)];
    let worst = a.length === b.length ? 0 : Infinity;
    for (let i = 0; i < b.length && worst < Infinity; i++) {
      const [x, y] = [a[i], b[i]];
      const distance = x === null || y === null ? (x === y ? 0 : Infinity) : Math.abs(x - y);
      worst = distance >= 0 ? Math.max(worst, distance) : Infinity;
      entry.largest = Math.max(entry.largest, Math.abs(y ?? 0));
    }
    entry.cases++;
    entry.maxAbs = Math.max(entry.maxAbs, worst);
    if (!(worst <= TOLERANCE)) entry.missed.push(name);
  }

  checks(): Check[] {
    return [...this.found].map(([field, { cases, maxAbs, largest, missed }]) => ({
      name: `metrics/${field}`,
      maxAbs,
      maxRel: largest > 0 ? maxAbs / largest : maxAbs,
      tolerance: `${TOLERANCE} absolute, null exactly`,
      ok: missed.length === 0,
      note: `${cases} ${cases === 1 ? 'case' : 'cases'}${missed.length > 0 ? `; missed in ${missed.join(', ')}` : ''}`,
    }));
  }
}

function listOf(value: Value): readonly (number | null)[] {
  return Array.isArray(value) ? (value as (number | null)[]) : [(value ?? null) as number | null];
}
