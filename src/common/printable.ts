/**
 * What steers a terminal or reorders what is read: control characters (C0, DEL, C1), line and paragraph separators, and the
 * embeddings, overrides and isolates of bidirectional text.
 */
export const STEERING = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line for people. Names from files may hold anything, so what would steer a terminal is shown as an escape:
 * `\x1b`, `\u202e`, `\n`.
 */
export function printable(text: string): string {
  return text.replace(STEERING, (sign) => {
    const code = sign.charCodeAt(0);
    return SHORT[sign] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

/**
 * A value as JSON that no terminal is steered by. JSON itself escapes C0 alone; the rest is escaped here, so that a parser reads the
 * value as it was.
 */
export function printableJson(value: unknown, indent?: number): string {
  const lines = JSON.stringify(value, null, indent).split('\n'); // within a text JSON has no line break
  return lines.map((line) => line.replace(STEERING, (sign) => `\\u${hex(sign.charCodeAt(0), 4)}`)).join('\n');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
