import { checkedCodestream } from './codestream';
import { interleaved } from './colour';
import type { PixelLayout } from './layout';
import { decodeRle } from './rle';
import type { Codec } from './transfer-syntax';

type Codecs = typeof import('dcmjs-codecs');

const DECODERS = {
  jpeg: 'decodeJpeg',
  jpegls: 'decodeJpegLs',
  jpeg2000: 'decodeJpeg2000',
  htj2k: 'decodeHtJpeg2000',
} as const;

let loading: Promise<Codecs> | undefined;

/**
 * Decompresses a frame.
 * @returns little-endian samples of 8 or 16 bits (as many as the length tells), the three of a
 * colour next to each other, without colour transform but that of JPEG 2000
 * @throws Error if the frame is damaged or cut off
 */
export async function decompress(bytes: Buffer, codec: Codec, layout: PixelLayout): Promise<Buffer> {
  if (codec === 'rle') return decodeRle(bytes, layout);
  const { stream, bits, planar } = checkedCodestream(bytes, codec, layout);
  const bitsAllocated = bits <= 8 ? 8 : 16; // as the codec decodes them, whatever the file allocates
  const { Context, NativeCodecs } = await loadCodecs();
  const context = new Context({
    width: layout.columns,
    height: layout.rows,
    bitsAllocated,
    bitsStored: Math.min(layout.bitsStored, bitsAllocated),
    samplesPerPixel: layout.samples,
    pixelRepresentation: layout.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: layout.photometric,
    encodedBuffer: new Uint8Array(stream),
  });
  try {
    const decoded = NativeCodecs[DECODERS[codec]](context).getDecodedBuffer() as Uint8Array;
    const samples = Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length);
    return planar ? interleaved(samples, layout.columns * layout.rows, bitsAllocated / 8) : samples;
  } catch {
    loading = undefined; // a codec that failed may leave its memory in any state
    throw new Error('a compressed frame that its codec cannot decode');
  }
}

/** The codecs, in WebAssembly: they are loaded with the first compressed frame. */
function loadCodecs(): Promise<Codecs> {
  loading ??= (async () => {
    const loaded: Codecs & { default?: Codecs } = await import('dcmjs-codecs');
    const codecs = loaded.default ?? loaded; // as a CommonJS module is seen from an ES module
    await codecs.NativeCodecs.initializeAsync();
    return codecs;
  })();
  return loading;
}
