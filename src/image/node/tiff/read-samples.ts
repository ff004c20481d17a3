import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { tiffChunks } from './chunks';
import type { TiffBytes, TiffDirectory } from './directory';
import type { TiffLayout } from './layout';
import { checkPredictor, samplesFor, unpackRow, type Samples } from './unpack';

/** After this many bytes other work gets a turn, so that Ctrl-C does not wait for a large image. */
const TURN_BYTES = 8 * 2 ** 20;

/**
 * Reads the stored samples of an image, `[H, W, wanted.length]`.
 * @param wanted - indices of the samples of a pixel to read
 */
export async function readSamples(
  source: TiffBytes,
  directory: TiffDirectory,
  layout: TiffLayout,
  wanted: readonly number[],
): Promise<Samples> {
  checkPredictor(layout);
  const { width, height, bits, planar } = layout;
  const stride = planar ? 1 : layout.samples;
  const rowBytes = (columns: number): number => Math.ceil((columns * stride * bits) / 8);
  const channels = wanted.length;
  let out = samplesFor(layout, 0); // allocated when the first data has arrived, since a header can claim any size
  let done = 0;
  for (const { plane, x, y, columns, rows, data } of tiffChunks(source, directory, layout, (w, h) => rowBytes(w) * h)) {
    if (out.length === 0) out = samplesFor(layout, width * height * channels);
    const row = samplesFor(layout, columns * stride);
    const used = Math.min(columns, width - x);
    for (let r = 0; r < rows; r++) {
      unpackRow(data.subarray(r * rowBytes(columns), (r + 1) * rowBytes(columns)), layout, source.little, stride, row);
      const first = ((y + r) * width + x) * channels;
      if (stride === channels && !planar && wanted.every((sample, c) => sample === c)) {
        out.set(row.subarray(0, used * channels), first);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        if (planar && wanted[c] !== plane) continue;
        const from = planar ? 0 : wanted[c];
        for (let i = 0; i < used; i++) out[first + i * channels + c] = row[i * stride + from];
      }
    }
    done += data.length;
    if (done > TURN_BYTES) {
      done = 0;
      await eventLoopTurn();
    }
  }
  return out;
}
