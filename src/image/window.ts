import { UsageError } from '../common/errors';

/** Which values are shown from black to white. */
export interface GreyWindow {
  centre: number;
  width: number;
}

/** Windows for CT, in Hounsfield units. */
export const NAMED_WINDOWS: ReadonlyMap<string, GreyWindow> = new Map([
  ['brain', { centre: 40, width: 80 }],
  ['lung', { centre: -600, width: 1500 }],
  ['bone', { centre: 400, width: 1800 }],
]);

/**
 * The window that a user gives as `CENTRE/WIDTH` (`40/400`, `-600/1500`) or by name.
 * @throws UsageError for other words, and for a width that is not above 0
 */
export function parseWindow(text: string): GreyWindow {
  const named = NAMED_WINDOWS.get(text.toLowerCase());
  if (named) return named;
  const [, centre, width] = /^(-?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (centre === undefined || !(Number(width) > 0)) {
    const names = [...NAMED_WINDOWS.keys()].join(', ');
    throw new UsageError(`--window: expected CENTRE/WIDTH, such as 40/400, or ${names}, got ${JSON.stringify(text)}`);
  }
  return { centre: Number(centre), width: Number(width) };
}
