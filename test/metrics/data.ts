import { Random } from '../../src/common/random';

/** Random labels and scores that overlap; rounded to `levels` steps a unit so that ties abound. */
export function randomScores(seed: number, n: number, levels = 4): { scores: number[]; labels: number[] } {
  const random = Random.of(seed, 'scores');
  const labels = Array.from({ length: n }, (_, i) => (i < 2 ? i : Number(random.chance(0.4))));
  const scores = labels.map((label) => Math.round((random.normal() + label) * levels) / levels);
  return { scores, labels };
}

/** Random maps with ties, some negative values, and rectangular masks that touch at corners and sides. */
export function randomMaps(
  seed: number,
  n: number,
  h: number,
  w: number,
): { maps: Float32Array; masks: Uint8Array; n: number; h: number; w: number } {
  const random = Random.of(seed, 'maps');
  const maps = new Float32Array(n * h * w);
  const masks = new Uint8Array(n * h * w);
  for (let i = 0; i < n; i++) {
    for (let box = 0; box < i % 4; box++) {
      const [y0, x0] = [random.integer(0, h - 3), random.integer(0, w - 3)];
      for (let y = y0; y < Math.min(h, y0 + 3); y++) for (let x = x0; x < Math.min(w, x0 + 4); x++) masks[(i * h + y) * w + x] = 255;
    }
  }
  for (let p = 0; p < maps.length; p++) maps[p] = Math.round((random.normal() + (masks[p] ? 1.2 : 0)) * 8) / 8;
  return { maps, masks, n, h, w };
}
