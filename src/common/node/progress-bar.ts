import { printable } from '../printable';
import { formatSeconds, type Progress } from '../progress';

/**
 * A progress bar on stderr with the remaining time: redrawn in place on a terminal, one line every
 * ten seconds elsewhere.
 * @returns the listener to pass as `onProgress`, and `clear`, which removes the bar before other
 * lines are printed.
 */
export function progressBar(out: NodeJS.WriteStream = process.stderr): { onProgress: (p: Progress) => void; clear: () => void } {
  let phase = '';
  let started = 0;
  let last = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) out.write('\r\x1b[2K');
    shown = false;
  };
  const onProgress = (p: Progress): void => {
    const now = Date.now();
    if (p.phase !== phase) {
      clear();
      phase = p.phase;
      started = now;
      last = out.isTTY ? 0 : now;
    }
    const complete = p.done >= p.total;
    if (now - last < (out.isTTY ? 100 : 10_000) && !(complete && out.isTTY)) return;
    last = now;
    const share = p.total > 0 ? Math.min(1, p.done / p.total) : 0;
    const left = p.done > 0 && !complete ? `, ${formatSeconds(((now - started) / p.done / 1000) * (p.total - p.done))} left` : '';
    const text = printable(`${p.phase} ${p.done}/${p.total}${left}${p.note ? `  ${p.note}` : ''}`);
    if (!out.isTTY) {
      out.write(text + '\n');
      return;
    }
    const width = 24;
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '·');
    out.write(`\r\x1b[2K${bar} ${text}`.slice(0, (out.columns ?? 100) + 4));
    shown = true;
    if (complete) clear();
  };
  return { onProgress, clear };
}
