/** A chunk of a PNG: its type, and where its data lie. */
export interface PngChunk {
  type: string;
  start: number;
  length: number;
}

/** The chunks of a PNG one after the other, as far as the file reaches; their data are not checked. */
export function* pngChunks(bytes: Buffer): Generator<PngChunk> {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    yield { type: bytes.toString('latin1', at + 4, at + 8), start: at + 8, length };
    at += 12 + length;
  }
}
