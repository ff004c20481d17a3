import { UserError } from './errors';

/** How far a long operation is. */
export interface Progress {
  /** What is being done, in a word or two: "encoding test images". */
  phase: string;
  done: number;
  total: number;
  /** A short addition: the loss, a file's name. */
  note?: string;
}

/** What every long operation accepts: a listener, and a signal that asks it to stop at the next safe point. */
export interface LongRun {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Ends work that writes nothing before its end, where the caller asked it to stop.
 * @throws UserError
 */
export function stopIfAsked({ signal }: LongRun): void {
  if (signal?.aborted) throw new UserError('stopped; nothing was written');
}

/** Seconds in words: "42 s", "3 min 05 s", "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}
