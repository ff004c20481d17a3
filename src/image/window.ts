import { UsageError } from '../common/errors';

/** The grey values that are shown from black to white, in the units of the file. */
export interface GreyWindow {
  centre: number;
  width: number;
}

/** A window as it is typed: the file's own, by its number from 1; the range; a given one. */
export type WindowChoice =
  { kind: 'file'; number: number } | { kind: 'range' } | ({ kind: 'given'; /** Of a window for CT. */ name?: string } & GreyWindow);

/** The usual windows of CT, in Hounsfield units: centre and width. */
const PRESETS: Record<string, readonly [centre: number, width: number] | undefined> = {
  brain: [40, 80],
  subdural: [75, 215],
  stroke: [40, 40],
  'temporal-bone': [600, 2800],
  bone: [400, 1800],
  lung: [-600, 1500],
  mediastinum: [50, 350],
  abdomen: [40, 400],
  liver: [30, 150],
  angio: [300, 600],
};

/** The forms of a window, for help texts and errors. */
export const WINDOW_FORMS = `1 (the file's first, 2 its second ...), range (darkest to brightest of each frame, or of a NIfTI volume), CENTRE/WIDTH (40/400), or for CT ${Object.keys(PRESETS).join(', ')}`;

/**
 * Reads a window as it is typed.
 * @throws UsageError for other forms
 */
export function parseWindow(text: string): WindowChoice {
  const name = text.toLowerCase();
  if (name === 'range') return { kind: 'range' };
  if (/^[1-9]\d{0,5}$/.test(text)) return { kind: 'file', number: Number(text) };
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset) return { kind: 'given', name, centre: preset[0], width: preset[1] };
  const [, centre, width] = /^([+-]?\d{1,9}(?:\.\d+)?)\/(\d{1,9}(?:\.\d+)?)$/.exec(text) ?? [];
  if (centre === undefined || !(Number(width) > 0)) throw new UsageError(`--window: expected ${WINDOW_FORMS}; got ${JSON.stringify(text)}`);
  return { kind: 'given', centre: Number(centre), width: Number(width) };
}

/** The shape of a window: PS3.3 C.11.2.1.2 and C.11.2.1.3. */
export type WindowFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/**
 * The function of a window: grey value to [0, 1].
 * @see DICOM PS3.3 C.11.2.1.2.1 (linear), C.11.2.1.3.1 (sigmoid), C.11.2.1.3.2 (linear exact)
 */
export function windowFunction({ centre, width }: GreyWindow, shape: WindowFunction = 'LINEAR'): (x: number) => number {
  if (shape === 'SIGMOID') return (x) => 1 / (1 + Math.exp((-4 * (x - centre)) / width));
  if (shape === 'LINEAR_EXACT') return (x) => clip((x - centre) / width + 0.5);
  if (width <= 1) return (x) => (x > centre - 0.5 ? 1 : 0);
  return (x) => clip((x - (centre - 0.5)) / (width - 1) + 0.5);
}

/** From the least value to the largest; 0 if they are equal. */
export function rangeFunction(low: number, high: number): (x: number) => number {
  return high > low ? (x) => clip((x - low) / (high - low)) : () => 0;
}

function clip(y: number): number {
  return Math.min(1, Math.max(0, y));
}
