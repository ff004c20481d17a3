import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../../common/random';
import { pixelMetrics, undefinedPixelMetrics } from '../../metrics/metrics';
import type { Bench } from './bench';
import { PythonSide } from './python-side';
import { alternate, ratios, measureDuration } from './spread';

const NAMES = ['pixelAuroc', 'pixelAp', 'pixelAupro'] as const;

/**
 * The three pixel metrics over as many maps as the test set of BUSI has, against scikit-learn and
 * NumPy. Both sides are exact.
 */
export const metrics: Bench = {
  about: 'AUROC, AP and AUPRO over 748 maps of 224 x 224, against scikit-learn',
  needsPython: true,
  rounds: 2,
  async run(options) {
    const [n, side] = options.quick ? [6, 32] : [748, 224];
    const { maps, masks } = randomMaps(n, side);
    const files = { maps: path.join(options.folder, 'maps.f32'), masks: path.join(options.folder, 'masks.u8') };
    fs.writeFileSync(files.maps, maps);
    fs.writeFileSync(files.masks, masks);
    const { side: python, versions } = await PythonSide.start('metrics', { ...files, shape: [n, side, side] });
    let ours = undefinedPixelMetrics();
    let largestDifference = 0;
    try {
      const times = await alternate(
        {
          ours: () => measureDuration(() => (ours = pixelMetrics(maps, masks, n, side, side))),
          'scikit-learn': async () => {
            const found = await python.go();
            for (const name of NAMES)
              largestDifference = Math.max(largestDifference, Math.abs((found[name] as number) - Number(ours[name])));
            return found;
          },
        },
        options.rounds,
        options,
      );
      return {
        comparisons: [
          {
            what: `pixel AUROC, AP, AUPRO of ${n} maps of ${side} x ${side}`,
            ours: { label: 'ours', unit: 's', ...times.ours.seconds },
            other: { label: 'scikit-learn, and NumPy for AUPRO', unit: 's', ...times['scikit-learn'].seconds },
            ratioOf: 'scikit-learn / ours',
            ratio: ratios(times['scikit-learn'].seconds, times.ours.seconds),
            cpuRatio: ratios(times['scikit-learn'].cpu, times.ours.cpu),
            goal: { atLeast: 5 },
          },
        ],
        figures: { largestDifference, ...versions },
      };
    } finally {
      python.close();
    }
  },
};

/**
 * Noise in [0, 1], like the output of a softmax. Half of the images have a brighter rectangle,
 * which is the mask.
 */
function randomMaps(n: number, side: number): { maps: Float32Array; masks: Uint8Array } {
  const random = Random.of(1, 'bench', 'maps');
  const maps = Float32Array.from({ length: n * side * side }, () => random.uniform(0, 0.7));
  const masks = new Uint8Array(maps.length);
  for (let image = 0; image < n; image += 2) {
    const [top, left] = [random.integer(0, side / 2), random.integer(0, side / 2)];
    for (let y = top; y < top + side / 4; y++)
      for (let x = left; x < left + side / 4; x++) {
        const at = (image * side + y) * side + x;
        masks[at] = 1;
        maps[at] += 0.2;
      }
  }
  return { maps, masks };
}
