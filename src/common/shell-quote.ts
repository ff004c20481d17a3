import { STEERING } from './printable';

/**
 * An argument as one types it in a POSIX shell, for printed commands that can be pasted: unchanged
 * if no character is special in a shell, else in single quotes. An argument with control characters
 * takes the form `$'...'` of bash and zsh, with bytes in octal, since printed text must not control
 * the terminal.
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
