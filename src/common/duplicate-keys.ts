const [QUOTE, BACKSLASH, COLON] = [...'"\\:'].map((c) => c.charCodeAt(0));
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [...'{}[]'].map((c) => c.charCodeAt(0));
const BLANK = 0x20;

/**
 * The first key that occurs twice in an object of a JSON text, at any depth, and where it does so for
 * the second time; `JSON.parse` silently keeps the last one.
 * @param text - valid JSON; the time is linear in its length
 */
export function duplicateKey(text: string): { key: string; offset: number } | undefined {
  /** The keys of each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === OPEN_OBJECT) open.push(new Set());
    else if (c === OPEN_LIST) open.push(undefined);
    else if (c === CLOSE_OBJECT || c === CLOSE_LIST) open.pop();
    else if (c === QUOTE) {
      const start = i + 1;
      let escaped = false;
      for (i++; text.charCodeAt(i) !== QUOTE; i++) {
        if (text.charCodeAt(i) !== BACKSLASH) continue;
        escaped = true;
        i++;
      }
      const keys = open[open.length - 1];
      if (keys === undefined || !isFollowedByColon(text, i + 1)) continue;
      const key = escaped ? (JSON.parse(text.slice(start - 1, i + 1)) as string) : text.slice(start, i);
      if (keys.has(key)) return { key, offset: start - 1 };
      keys.add(key);
    }
  }
  return undefined;
}

function isFollowedByColon(text: string, from: number): boolean {
  let i = from;
  while (text.charCodeAt(i) <= BLANK) i++;
  return text.charCodeAt(i) === COLON;
}
