import { STEERING } from './printable';

/**
 * An argument as it is typed in a POSIX shell, for commands that are printed to be pasted: as it is where no character means anything
 * to a shell, else in single quotes. With control characters it takes the form `$'...'` of bash and zsh, bytes in octal, as what is
 * printed must not steer the terminal.
 */
export function shellQuote(text: string): string {
  if (/^[\w%+:,./@-]+$/.test(text)) return text;
  if (text.search(STEERING) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${text.replace(/[\\']/g, '\\$&').replace(STEERING, octal)}'`;
}

/** The bytes of a character in UTF-8. */
function octal(sign: string): string {
  return Array.from(new TextEncoder().encode(sign), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
