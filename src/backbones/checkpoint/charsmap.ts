/** A rule of SentencePiece for texts: replaces characters by others. */
export type Charsmap = (text: string) => string;

/** The bytes of the longest cluster of characters that is looked up as a whole. */
const WHOLE = 5;

/**
 * Reads the `precompiled_charsmap` of a tokenizer (SentencePiece's `nmt_nfkc`, for instance): the
 * length of a double-array trie in bytes, the trie, and replacements in UTF-8 that end with a 0. A
 * text is read cluster by cluster, then character by character, as in Hugging Face's `tokenizers`.
 * @param base64 - as it stands in `tokenizer.json`
 * @throws Error if it is not such a map
 */
export function readCharsmap(base64: string): Charsmap {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const size = bytes.length < 4 ? -1 : view.getUint32(0, true);
  if (size <= 0 || size % 4 !== 0 || size > bytes.length - 4) throw new Error('precompiled_charsmap is damaged');
  const trie = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const replacements = bytes.subarray(4 + size);
  const [encoder, decoder, clusters] = [new TextEncoder(), new TextDecoder(), new Intl.Segmenter('en', { granularity: 'grapheme' })];

  /** What replaces the shortest known start of a key; undefined if none is known. */
  const replacement = (key: Uint8Array): string | undefined => {
    const start = shortestPrefix(trie, key);
    return start === undefined ? undefined : decoder.decode(replacements.subarray(start, replacements.indexOf(0, start)));
  };
  const ofCharacter = (character: string): string => replacement(encoder.encode(character)) ?? character;
  const ofCluster = (cluster: string): string => {
    const key = encoder.encode(cluster);
    return (key.length <= WHOLE ? replacement(key) : undefined) ?? Array.from(cluster, ofCharacter).join('');
  };
  return (text) => Array.from(clusters.segment(text), ({ segment }) => ofCluster(segment)).join('');
}

/** The value of the shortest start of a key in a trie of darts-clone (Yata); undefined if there is none. */
function shortestPrefix(trie: Uint32Array, key: Uint8Array): number | undefined {
  let at = offset(trie[0]);
  for (const byte of key) {
    at ^= byte;
    const unit = trie[at];
    if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
    at ^= offset(unit);
    if (((unit >>> 8) & 1) === 1) return trie[at] === undefined ? undefined : trie[at] & 0x7fffffff;
  }
  return undefined;
}

/** How far the children of a node are away. */
function offset(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
