import path from 'node:path';
import { groupByKey } from '../common/group';
import type { Sample } from '../datasets/layout';
import { sourceName } from '../datasets/source-name';
import { formatNumber } from '../drawing/style';
import { auroc } from '../metrics/roc';
import type { Table } from '../plots/table';

/** A test image with its score. */
export interface RankedSample {
  sample: Sample;
  score: number;
}

/** Test images with their predictions, which come in the same order; the highest score first. */
export function rankSamples<P extends { score: number }>(samples: readonly Sample[], predictions: readonly P[]): (P & RankedSample)[] {
  return samples.map((sample, i) => ({ ...predictions[i], sample })).sort((a, b) => b.score - a.score);
}

/** The first `top` and the last `bottom` rows of a ranking. */
export function rankingTable(ranked: readonly RankedSample[], top: number, bottom: number): Table {
  const rows = ranked.map(({ sample, score }, i) => [
    String(i + 1),
    sourceName(sample),
    sample.label === 1 ? 'abnormal' : 'normal',
    formatNumber(score),
  ]);
  const shown = rows.length <= top + bottom ? rows : [...rows.slice(0, top), ...rows.slice(rows.length - bottom)];
  return { columns: ['rank', 'picture', 'is', 'score'], rows: shown };
}

/** How well a kind of abnormal picture is told from all normal ones. */
export interface KindAuroc {
  kind: string;
  images: number;
  auroc: number;
}

/**
 * The image AUROC of every kind of abnormal picture, the easiest first.
 * @param kindOf - default: the letters with which the name of the file begins
 */
export function kindAurocs(ranked: readonly RankedSample[], kindOf: (sample: Sample) => string = firstWord): KindAuroc[] {
  const normal = ranked.filter(({ sample }) => sample.label === 0);
  const kinds = groupByKey(
    ranked.filter(({ sample }) => sample.label === 1),
    ({ sample }) => kindOf(sample),
  );
  const found = [...kinds].flatMap(([kind, own]) => {
    const all = [...own, ...normal];
    const value = auroc(
      all.map(({ score }) => score),
      all.map(({ sample }) => sample.label),
    );
    return value === null ? [] : [{ kind, images: own.length, auroc: value }];
  });
  return found.sort((a, b) => b.auroc - a.auroc || (a.kind < b.kind ? -1 : 1));
}

/** `scratch` of `abnormal/scratch-001.png`. */
function firstWord(sample: Sample): string {
  return /^\p{L}*/u.exec(path.basename(sourceName(sample)))?.[0] ?? '';
}

/** One row per kind of abnormal picture. */
export function kindAurocTable(kinds: readonly KindAuroc[]): Table {
  const rows = kinds.map(({ kind, images, auroc: value }) => [kind, String(images), formatNumber(value)]);
  return { columns: ['kind', 'pictures', 'image AUROC against all normal ones'], rows };
}

/** From this AUROC on, a few pictures do not tell which kind is the hardest. */
const ALMOST_PERFECT = 0.99;

/** Which kind is the easiest and which the hardest, in a sentence. */
export function kindSentence(kinds: readonly KindAuroc[]): string {
  if (kinds.length === 0) return 'There is no abnormal picture to test with.';
  const [easiest, hardest] = [kinds[0], kinds[kinds.length - 1]];
  if (easiest.auroc === hardest.auroc) return `Every kind has the same AUROC, ${formatNumber(easiest.auroc)}.`;
  if (hardest.auroc >= ALMOST_PERFECT)
    return `Every kind is found almost perfectly: the lowest AUROC is ${formatNumber(hardest.auroc)}, of "${hardest.kind}".`;
  return `The hardest kind is "${hardest.kind}" with an AUROC of ${formatNumber(hardest.auroc)}, the easiest "${easiest.kind}" with ${formatNumber(easiest.auroc)}.`;
}
