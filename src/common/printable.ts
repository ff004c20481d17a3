/**
 * Characters that control a terminal or reorder text: control characters (C0, DEL, C1), line and
 * paragraph separators, and the embeddings, overrides and isolates of bidirectional text.
 */
export const STEERING = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line for display. Names from files may hold anything, so characters that would
 * control a terminal are shown as escapes: `\x1b`, `\u202e`, `
 * `.
 */
export function printable(text: string): string {
  return text.replace(STEERING, (sign) => {
    const code = sign.charCodeAt(0);
    return SHORT[sign] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

/**
 * A value as JSON that cannot control a terminal. JSON itself escapes only C0; the rest is escaped
 * here, so that a parser reads the original value.
 */
export function printableJson(value: unknown, indent?: number): string {
  const lines = JSON.stringify(value, null, indent).split('\n'); // JSON has no line break within a text
  return lines.map((line) => line.replace(STEERING, (sign) => `\\u${hex(sign.charCodeAt(0), 4)}`)).join('\n');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
