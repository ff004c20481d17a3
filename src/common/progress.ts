import { UserError } from './errors';

/** The progress of a long operation. */
export interface Progress {
  /** The current phase in a few words: "encoding test images". */
  phase: string;
  done: number;
  total: number;
  /** A short addition: the loss, the name of a file. */
  note?: string;
}

/**
 * What every long operation accepts: a progress listener, and a signal to stop at the next safe
 * point.
 */
export interface LongRun {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Ends work that writes nothing before its end, if the caller asked it to stop.
 * @throws UserError
 */
export function stopIfAsked({ signal }: LongRun): void {
  if (signal?.aborted) throw new UserError('stopped; nothing was written');
}

/** Seconds as text: "42 s", "3 min 05 s", "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}
