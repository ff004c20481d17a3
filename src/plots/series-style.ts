/** How a series looks in all charts: its line and its points. */
export interface SeriesStyle {
  /** `#RRGGBB`. */
  colour: string;
  /** Lengths of strokes and gaps; `[1, 0]` is a whole line. */
  dash: readonly number[];
  /** Shape of its points, by Vega's names. */
  symbol: string;
}

const WHOLE = [1, 0];
/** Methods that see no training image. */
const UNTRAINED = [7, 4];
const DASHES: readonly (readonly number[])[] = [WHOLE, [2, 3], [9, 3, 2, 3], UNTRAINED, [4, 2, 1, 2]];
const SYMBOLS = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'] as const;
/** For series without a fixed colour (Paul Tol's "muted" and others that differ in lightness). */
const SPARE = ['#882255', '#332288', '#999933', '#44AA99', '#AA4499', '#117733', '#661100', '#6699CC'] as const;

/** Colours that can be told apart with any colour vision (Paul Tol's "vibrant"). */
const METHODS: Readonly<Record<string, SeriesStyle>> = {
  MediCLIP: { colour: '#000000', dash: WHOLE, symbol: 'circle' },
  'zero-shot CLIP': { colour: '#CC3311', dash: UNTRAINED, symbol: 'diamond' },
  WinCLIP: { colour: '#EE7733', dash: WHOLE, symbol: 'triangle-up' },
  'WinCLIP, zero-shot': { colour: '#EE7733', dash: UNTRAINED, symbol: 'triangle-up' },
  PatchCore: { colour: '#0077BB', dash: [9, 3, 2, 3], symbol: 'square' },
  PaDiM: { colour: '#33BBEE', dash: [2, 3], symbol: 'cross' },
  AnomalyDINO: { colour: '#009988', dash: [4, 2, 1, 2], symbol: 'triangle-down' },
  'kNN of image features': { colour: '#EE3377', dash: [2, 3], symbol: 'triangle-down' },
  'kNN of pixels': { colour: '#808080', dash: [9, 3, 2, 3], symbol: 'square' },
  'mean grey': { colour: '#808080', dash: [2, 3], symbol: 'circle' },
};

const DATASETS: Readonly<Record<string, SeriesStyle>> = {
  'phantom-brain': { colour: '#332288', dash: WHOLE, symbol: 'circle' },
  'phantom-breast': { colour: '#CC6677', dash: WHOLE, symbol: 'triangle-up' },
  'phantom-chest': { colour: '#117733', dash: WHOLE, symbol: 'square' },
  brainmri: { colour: '#88AADD', dash: WHOLE, symbol: 'diamond' },
  busi: { colour: '#AA4499', dash: WHOLE, symbol: 'cross' },
  'chest-xray': { colour: '#999933', dash: WHOLE, symbol: 'triangle-down' },
};

/**
 * The look of every method of a chart, by its label. A known method looks the same in all charts. A
 * variant of one, whose label begins with its name, has its colour and symbol. No two lines of a
 * chart look alike, up to some thirty.
 */
export function methodStyles(labels: readonly string[]): Record<string, SeriesStyle> {
  return stylesOf(labels, METHODS);
}

/** The look of every data set of a chart. */
export function datasetStyles(names: readonly string[]): Record<string, SeriesStyle> {
  return stylesOf(names, DATASETS);
}

/** The look of one method. */
export function methodStyle(label: string): SeriesStyle {
  return familyOf(label, METHODS) ?? spareStyles(label)[0];
}

function stylesOf(names: readonly string[], known: Readonly<Record<string, SeriesStyle>>): Record<string, SeriesStyle> {
  const taken = new Set<string>();
  const look = ({ colour, dash }: SeriesStyle): string => `${colour} ${dash.join()}`;
  const styles = new Map<string, SeriesStyle>();
  const fixed = (name: string): boolean => Object.hasOwn(known, name);
  for (const name of [...names.filter(fixed), ...names.filter((name) => !fixed(name))]) {
    if (styles.has(name)) continue;
    const family = familyOf(name, known);
    const candidates = [...(family ? [family, ...DASHES.map((dash) => ({ ...family, dash }))] : []), ...spareStyles(name)];
    const style = candidates.find((candidate) => !taken.has(look(candidate))) ?? candidates[0];
    taken.add(look(style));
    styles.set(name, style);
  }
  return Object.fromEntries(names.map((name) => [name, styles.get(name) as SeriesStyle]));
}

/** The known series of this name, or else the longest name with which it begins. */
function familyOf(name: string, known: Readonly<Record<string, SeriesStyle>>): SeriesStyle | undefined {
  if (Object.hasOwn(known, name)) return known[name];
  const begins = Object.keys(known).filter((one) => name.startsWith(one) && /^[^\p{L}\p{N}-]/u.test(name.slice(one.length)));
  const longest = begins.sort((a, b) => b.length - a.length).at(0);
  return longest === undefined ? undefined : known[longest];
}

/** All looks of unknown series, in an order that depends on the name alone. */
function spareStyles(name: string): SeriesStyle[] {
  const sum = Array.from(name).reduce((total, letter) => (31 * total + (letter.codePointAt(0) ?? 0)) % 65_521, 0);
  return DASHES.flatMap((_, d) =>
    SPARE.map((_, c) => ({
      colour: SPARE[(sum + c) % SPARE.length],
      dash: DASHES[(sum + c + d) % DASHES.length],
      symbol: SYMBOLS[(sum + c + d) % SYMBOLS.length],
    })),
  );
}
