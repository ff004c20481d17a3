import { UsageError } from '../common/errors';

/**
 * Parser of a whole number in plain digits: `--shots`, `--seed`. Other notations (`1e3`, `0x10`,
 * spaces) are refused because they are more often slips than meant.
 */
export function wholeNumber(option: string, lo: number, hi: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < lo || value > hi) {
      const range = hi === Number.MAX_SAFE_INTEGER ? `of ${lo} or more` : `from ${lo} to ${hi}`;
      throw new UsageError(`${option}: expected a whole number ${range} in plain digits, got ${JSON.stringify(text)}`);
    }
    return value;
  };
}

/** Parser of a number above 0 in plain digits, with or without a decimal point: `--memory`. */
export function positiveNumber(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0 && Number.isFinite(value)))
      throw new UsageError(`${option}: expected a number above 0 in plain digits, got ${JSON.stringify(text)}`);
    return value;
  };
}

/** Parser of a share above 0 and below 1 in plain digits: `--false-alarms`. */
export function share(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d*\.?\d+$/.test(text) || !(value > 0 && value < 1))
      throw new UsageError(`${option}: expected a share above 0 and below 1, such as 0.05, got ${JSON.stringify(text)}`);
    return value;
  };
}

/** Parser of a range of slices: `30-120`, or `30` for one. */
export function sliceRange(option: string): (text: string) => [first: number, last: number] {
  return (text) => {
    const found = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
    const [first, last] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
    if (!(first <= last)) throw new UsageError(`${option}: expected two numbers from 0 such as 30-120, got ${JSON.stringify(text)}`);
    return [first, last];
  };
}
