import type { Random } from '../../common/random';
import type { CorpusSample } from './corpus';

/** A picture as seen another time: turned or mirrored, in another tone. Its phrases stay true. */
export function anotherView(sample: CorpusSample, size: number, random: Random): CorpusSample {
  const from = placesOf(size, random.integer(0, 8));
  const tone = toneCurve(random);
  const turned = (levels: Uint8Array): Uint8Array => {
    const out = new Uint8Array(levels.length);
    for (let i = 0; i < out.length; i++) out[i] = levels[from[i]];
    return out;
  };
  const toned = (levels: Uint8Array): Uint8Array => {
    const out = turned(levels);
    for (let i = 0; i < out.length; i++) out[i] = tone[out[i]];
    return out;
  };
  return {
    ...sample,
    image: toned(sample.image),
    clean: toned(sample.clean),
    mask: turned(sample.mask),
    things: sample.things.map((thing) => ({ ...thing, mask: turned(thing.mask) })),
  };
}

/**
 * Where each pixel of a turned square comes from.
 * @param turn - 0 to 7; its bits say whether rows and columns are swapped, and rows and columns mirrored
 */
function placesOf(size: number, turn: number): Int32Array {
  const [swapped, down, right] = [4, 2, 1].map((bit) => (turn & bit) !== 0);
  return Int32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const [y, x] = swapped ? [column, row] : [row, column];
    return (down ? size - 1 - y : y) * size + (right ? size - 1 - x : x);
  });
}

/** A rising curve of grey levels: what is brighter stays brighter. */
function toneCurve(random: Random): Uint8Array {
  const gamma = 2 ** random.normal(0, 0.25);
  const [low, high] = [random.uniform(0, 15), random.uniform(225, 255)];
  return Uint8Array.from({ length: 256 }, (_, v) => Math.round(low + (high - low) * (v / 255) ** gamma));
}
