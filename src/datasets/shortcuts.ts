import { groupByKey } from '../common/group';
import { auroc } from '../metrics/roc';
import type { ImageTraits } from './image-traits';
import { REMEDIES, TRAIT_WORDS, type TraitWords } from './trait-words';

/** How well one trait separates two groups of images, regardless of what they show. */
export interface Separation {
  trait: keyof ImageTraits;
  /**
   * Area under the ROC curve of the trait, or of whether it has its most telling value. At least
   * 0.5, whichever group is higher.
   */
  auroc: number;
  /**
   * Values of the first group (normal images) and of the second: `8 bits`, `200 to 512 pixels`,
   * `png 91 %`.
   */
  first: string;
  second: string;
  /** Whether the trait is a shortcut on its own, a partial one, or within what chance explains. */
  verdict: 'alone' | 'partly' | 'no';
}

/** The AUROC from which a trait separates two groups on its own. */
const ALONE = 0.9;
/** The AUROC from which a trait separates two groups in part. */
const PARTLY = 0.7;
/** The fewest images in each group and in both together. */
const FEWEST = { each: 2, together: 6 };
/**
 * A difference of more than this many standard errors (of the rank sum if the groups are alike) is
 * not due to chance, although there are some twenty traits.
 */
const ERRORS = { file: 3, content: 4 };
/**
 * A gap between two groups of this many times their spread is not due to chance even with few
 * images, for example if each group has a single value.
 */
const GAP = 2;

/**
 * How well each trait separates two groups of images, the best first. Traits that are equal in all
 * images are left out. With few images, many numbers differ by chance, and a bright lesion changes
 * the brightest grey. So a trait counts only if the difference is several standard errors, or, for
 * traits that do not depend on content, if the groups are clearly apart.
 */
export function separations(first: readonly ImageTraits[], second: readonly ImageTraits[]): Separation[] {
  if (first.length === 0 || second.length === 0) return [];
  const all = (Object.keys(TRAIT_WORDS) as (keyof ImageTraits)[]).flatMap((trait) => {
    const values = [first, second].map((group) => group.map((traits) => traits[trait]).filter((value) => value !== undefined));
    const separation = separationBy(trait, values[0] as (number | string)[], values[1] as (number | string)[]);
    return separation ? [separation] : [];
  });
  // for images of the same size, both say the same
  const areaOf = (trait: keyof ImageTraits): number | undefined => all.find((one) => one.trait === trait)?.auroc;
  const twice = areaOf('bytes') === areaOf('bytesPerPixel');
  return all.filter(({ trait }) => !(twice && trait === 'bytesPerPixel')).sort((a, b) => b.auroc - a.auroc);
}

function separationBy(trait: keyof ImageTraits, a: (number | string)[], b: (number | string)[]): Separation | undefined {
  if (a.length === 0 || b.length === 0 || new Set([...a, ...b]).size === 1) return undefined;
  const words = TRAIT_WORDS[trait];
  const numbers = typeof a[0] === 'number';
  const telling = numbers ? undefined : mostTelling(a as string[], b as string[]);
  const score = (value: number | string): number => (typeof value === 'number' ? value : value === telling ? 1 : 0);
  const [x, y] = [a.map(score), b.map(score)];
  const labels = [...x.map(() => 0), ...y.map(() => 1)];
  const area = auroc([...x, ...y], labels) ?? 0.5;
  const separation: Separation = {
    trait,
    auroc: Math.max(area, 1 - area),
    first: describe(a, words, telling),
    second: describe(b, words, telling),
    verdict: 'no',
  };
  if (Math.min(a.length, b.length) < FEWEST.each || a.length + b.length < FEWEST.together) return separation;
  const content = words.group === 'content';
  const sure = errorsFrom(separation.auroc, x, y) >= (content ? ERRORS.content : ERRORS.file) || (!content && liesApart(x, y));
  if (sure && separation.auroc >= PARTLY) separation.verdict = separation.auroc >= ALONE ? 'alone' : 'partly';
  return separation;
}

/**
 * Warnings about a data set before a run: shortcuts between its normal and abnormal images, and
 * traits that separate the training images from the normal test images, which should be alike.
 */
export function runWarnings(train: readonly ImageTraits[], test: readonly ImageTraits[], labels: readonly (0 | 1)[]): string[] {
  const [normal, abnormal] = ([0, 1] as const).map((label) => test.filter((_, i) => labels[i] === label));
  const differs = separations(train, normal);
  const alike = differs.every(({ verdict }) => verdict !== 'alone');
  return [
    ...shortcutLines(separations(alike ? [...train, ...normal] : normal, abnormal)),
    ...(alike ? [] : shortcutLines(differs, ['the training', 'the normal test'], 'so normal images may be called abnormal too')),
  ];
}

/** The value whose presence differs most between the groups. */
function mostTelling(a: readonly string[], b: readonly string[]): string {
  const share = (group: readonly string[], value: string): number => group.filter((v) => v === value).length / group.length;
  const values = [...new Set([...a, ...b])].sort();
  const difference = (value: string): number => Math.abs(share(a, value) - share(b, value));
  return values.reduce((best, value) => (difference(value) > difference(best) ? value : best));
}

/**
 * The difference of a rank sum from that of two groups that are alike, in standard errors, with
 * ties.
 */
function errorsFrom(area: number, a: readonly number[], b: readonly number[]): number {
  const n = a.length + b.length;
  const ties = [...groupByKey([...a, ...b], (value) => value).values()].reduce((sum, { length: t }) => sum + t ** 3 - t, 0);
  const variance = ((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1)));
  return variance === 0 ? 0 : (Math.abs(area - 0.5) * a.length * b.length) / Math.sqrt(variance);
}

/**
 * Whether all values of one group are above all of the other, with a gap much larger than either's
 * spread.
 */
function liesApart(a: readonly number[], b: readonly number[]): boolean {
  const range = (values: readonly number[]): [number, number] => [
    values.reduce((low, v) => Math.min(low, v)),
    values.reduce((high, v) => Math.max(high, v)),
  ];
  const [[lowA, highA], [lowB, highB]] = [range(a), range(b)];
  const gap = Math.max(lowA - highB, lowB - highA);
  return gap > 0 && gap >= GAP * Math.max(highA - lowA, highB - lowB);
}

function describe(values: readonly (number | string)[], { show }: TraitWords, telling?: string): string {
  if (telling !== undefined) {
    const count = values.filter((value) => value === telling).length;
    if (count === 0 && new Set(values).size === 1) return `all ${show(values[0])}`;
    return count === values.length ? `all ${show(telling)}` : `${show(telling)} ${Math.round((100 * count) / values.length)} %`;
  }
  const sorted = [...(values as number[])].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  return low === high ? `all ${show(low)}` : `${show(low).replace(/ \D+$/, '')} to ${show(high)}`;
}

/**
 * Describes the traits that separate two groups of images: one line for those that do so on their
 * own, or else one for those that do so in part; empty if there are none.
 * @param names - names of the two groups: `normal` and `abnormal` images
 * @param meaning - the consequence
 */
export function shortcutLines(
  found: readonly Separation[],
  names: readonly [string, string] = ['normal', 'abnormal'],
  meaning = 'so a high score may say nothing about what the images show',
): string[] {
  const lines: string[] = [];
  // a trait that does not depend on content explains those that do
  const alone = found.filter(({ verdict }) => verdict === 'alone').sort((a, b) => rankOf(a) - rankOf(b));
  const partly = found.filter(({ verdict }) => verdict === 'partly');
  if (alone.length > 0) {
    const [best, ...others] = alone;
    const { group } = TRAIT_WORDS[best.trait];
    const more = others.length > 0 ? `, and so ${others.length > 1 ? 'do' : 'does'} ${list(others)}` : '';
    const what = `${nameOf(best)} alone tells ${names[0]} from ${names[1]} images (AUROC ${area(best)}: ${best.first} against ${best.second})${more}`;
    lines.push(`${group === 'content' ? 'perhaps a shortcut' : 'shortcut'}: ${what}, ${meaning}; ${REMEDIES[group]}`);
  } else if (partly.length > 0) {
    lines.push(
      `${list(partly)} ${partly.length > 1 ? 'tell' : 'tells'} ${names[0]} from ${names[1]} images in part (AUROC): results should be well above that`,
    );
  }
  return lines;
}

const rankOf = ({ trait }: Separation): number => (TRAIT_WORDS[trait].group === 'content' ? 1 : 0);
const nameOf = ({ trait }: Separation): string => TRAIT_WORDS[trait].name;
const area = ({ auroc: value }: Separation): string => value.toFixed(2);

function list(separated: readonly Separation[]): string {
  const shown = separated.slice(0, 4).map((one) => `${nameOf(one)} (${area(one)})`);
  if (separated.length > 4) shown.push(`${separated.length - 4} more`);
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}` : shown[0];
}
