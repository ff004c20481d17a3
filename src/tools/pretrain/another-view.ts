import type { Random } from '../../common/random';
import type { CorpusSample } from './corpus';

/** A picture as seen another time: turned or mirrored, in another tone. Its phrases stay true. */
export function anotherView(sample: CorpusSample, size: number, random: Random): CorpusSample {
  const from = TURNS[random.integer(0, TURNS.length)](size);
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

/** The eight turns and mirrorings of a square: for each pixel of the result, its place in the source. */
const TURNS = [false, true].flatMap((transposed) =>
  [false, true].flatMap((down) =>
    [false, true].map((right) => {
      const bySize = new Map<number, Int32Array>();
      return (size: number): Int32Array => {
        const known = bySize.get(size) ?? placesOf(size, transposed, down, right);
        bySize.set(size, known);
        return known;
      };
    }),
  ),
);

function placesOf(size: number, transposed: boolean, down: boolean, right: boolean): Int32Array {
  return Int32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const [y, x] = transposed ? [column, row] : [row, column];
    return (down ? size - 1 - y : y) * size + (right ? size - 1 - x : x);
  });
}

/** A rising curve of grey levels: what is brighter stays brighter. */
function toneCurve(random: Random): Uint8Array {
  const gamma = 2 ** random.normal(0, 0.25);
  const [low, high] = [random.uniform(0, 15), random.uniform(225, 255)];
  return Uint8Array.from({ length: 256 }, (_, v) => Math.round(low + (high - low) * (v / 255) ** gamma));
}
