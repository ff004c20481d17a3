/** An error explained in one line, with a remedy. The set-up prints it without a stack trace. */
export class SetupError extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} [remedy] what to do
   */
  constructor(message, remedy = '') {
    super(message);
    this.remedy = remedy;
  }
}

/** Prints a line of the set-up on stderr, so that stdout stays free for results. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Seconds in words: "42 s", "3 min 05 s". */
export function seconds(milliseconds) {
  const s = Math.round(milliseconds / 1000);
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
}

/**
 * Shows that a long step is alive: the elapsed time and the last line that its program printed. On
 * a terminal the line is redrawn in place, elsewhere it is printed every 20 seconds.
 * @returns {{ note: (line: string) => void, stop: () => void }}
 */
export function heartbeat(out = process.stderr) {
  const started = Date.now();
  let last = '';
  const draw = () => {
    const text = `        ${seconds(Date.now() - started)}  ${last}`;
    out.write(out.isTTY ? `\r\x1b[2K${text.slice(0, (out.columns ?? 100) - 1)}` : `${text.slice(0, 120)}\n`);
  };
  const timer = setInterval(draw, out.isTTY ? 500 : 20_000);
  return {
    note: (line) => {
      if (line.trim() !== '') last = line.trim();
    },
    stop: () => {
      clearInterval(timer);
      if (out.isTTY) out.write('\r\x1b[2K');
    },
  };
}
