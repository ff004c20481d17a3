import { printable, printableJson } from '../common/printable';

/**
 * Prints a result on stdout: one JSON document with `--json`, else the lines that `render` makes of
 * it. Whatever names occur in a line, it stays one line and cannot steer the terminal. The JSON
 * holds the exact values.
 */
export function emit<T>(json: boolean | undefined, value: T, render: (value: T) => readonly string[]): void {
  if (json) process.stdout.write(`${printableJson(value, 2)}\n`);
  else print(render(value));
}

/** Prints lines on stdout. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints a line on stderr, apart from the result: a note, the progress, an error. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
