/** One comparison of this implementation with reference numbers: a line of `mediclip verify`. */
export interface Check {
  /** Section and array: `clip/vision_pooled`. */
  name: string;
  /** Largest |ours - reference|. */
  maxAbs: number;
  /** Largest |ours - reference| / max(|reference|) of the array. */
  maxRel: number;
  /** The tolerance as text: `2e-4 absolute`, `exact`, `99.5% within 5e-5, all within 2e-3`. */
  tolerance: string;
  ok: boolean;
  /** Anything else worth saying: which element missed, how many draws. */
  note?: string;
}

/** An array of numbers. */
export type Numbers = ArrayLike<number>;

/**
 * Compares two arrays of equal length, element by element, with an absolute tolerance. NaN never
 * passes.
 */
export function checkClose(name: string, ours: Numbers, reference: Numbers, tolerance: number): Check {
  const d = difference(ours, reference);
  return { name, ...d, tolerance: tolerance === 0 ? 'exact' : `${tolerance} absolute`, ok: d.maxAbs <= tolerance };
}

/** The same with a tolerance relative to the largest absolute value of the reference. */
export function checkRelative(name: string, ours: Numbers, reference: Numbers, tolerance: number): Check {
  const d = difference(ours, reference);
  return { name, ...d, tolerance: `${tolerance} of the largest value`, ok: d.maxRel <= tolerance };
}

/**
 * All elements within `outer`, and a given fraction within `inner` (parameters after Adam steps).
 */
export function checkMost(name: string, ours: Numbers, reference: Numbers, share: number, inner: number, outer: number): Check {
  const d = difference(ours, reference);
  let within = 0;
  for (let i = 0; i < reference.length; i++) if (Math.abs(ours[i] - reference[i]) <= inner) within++;
  const fraction = reference.length === 0 ? 1 : within / reference.length;
  return {
    name,
    ...d,
    tolerance: `${share * 100}% within ${inner}, all within ${outer}`,
    ok: fraction >= share && d.maxAbs <= outer,
    note: d.note ?? `${(fraction * 100).toFixed(2)}% within`,
  };
}

/** The result for a part that cannot be compared: a miss with the reason. */
export function failed(name: string, why: string): Check {
  return { name, maxAbs: Infinity, maxRel: Infinity, tolerance: 'readable', ok: false, note: why };
}

/** Every element within a tolerance, absolute or relative to the reference's element. */
export function checkEither(name: string, ours: Numbers, reference: Numbers, tolerance: number): Check {
  const d = difference(ours, reference);
  let ok = d.note === undefined;
  for (let i = 0; ok && i < reference.length; i++) ok = Math.abs(ours[i] - reference[i]) <= tolerance * Math.max(1, Math.abs(reference[i]));
  return { name, ...d, tolerance: `${tolerance} absolute or relative`, ok };
}

/** Equality of strings, ids or nulls. */
export function checkEqual(name: string, ours: unknown, reference: unknown): Check {
  const ok = JSON.stringify(ours) === JSON.stringify(reference);
  return { name, maxAbs: ok ? 0 : Infinity, maxRel: ok ? 0 : Infinity, tolerance: 'exact', ok };
}

function difference(ours: Numbers, reference: Numbers): { maxAbs: number; maxRel: number; note?: string } {
  if (ours.length !== reference.length) {
    return { maxAbs: Infinity, maxRel: Infinity, note: `${ours.length} values instead of the reference's ${reference.length}` };
  }
  let maxAbs = 0;
  let largest = 0;
  for (let i = 0; i < reference.length; i++) {
    const d = Math.abs(ours[i] - reference[i]);
    if (!(d <= maxAbs)) maxAbs = Number.isNaN(d) ? Infinity : d;
    if (maxAbs === Infinity) break;
    largest = Math.max(largest, Math.abs(reference[i]));
  }
  return { maxAbs, maxRel: largest > 0 ? maxAbs / largest : maxAbs };
}
