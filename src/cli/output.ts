import { printable, printableJson } from '../common/printable';

/**
 * Prints a result on stdout: with `--json` one JSON document, else the lines that `render` makes of it. Whatever names stand in it,
 * each line stays one, and none steers the terminal; the JSON holds the exact values.
 */
export function emit<T>(json: boolean | undefined, value: T, render: (value: T) => readonly string[]): void {
  if (json) process.stdout.write(`${printableJson(value, 2)}\n`);
  else print(render(value));
}

/** Prints lines on stdout. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints a line on stderr, beside the result: what was noticed, how far the work is, what went wrong. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
