import path from 'node:path';
import { initBackend } from '../../common/node/backend';
import { train } from '../../runs/train';
import type { Bench } from './bench';
import { paperModel } from './paper-model';
import { writeRoundDataset } from './round-dataset';
import { ratios, spread } from './spread';

/**
 * Epochs of one run whose bank holds as many epochs as there are rounds: each runs once with and
 * once without encoding.
 */
export const cachedEpoch: Bench = {
  about: 'a training epoch of ViT-L/14 with features from the bank (syntheticBank), against one that encodes',
  needsPython: false,
  rounds: 3,
  async run(options) {
    await initBackend();
    const { dir, config, clip } = paperModel(options);
    const { shots, batchSize, imageSize } = config;
    const size = clip.vision_config.image_size;
    const dataset = await writeRoundDataset(path.join(options.folder, 'round'), { train: shots, test: 0, size });
    const bank = options.rounds + 1; // the first is not counted
    const settings = { shots, batchSize, imageSize, epochs: 2 * bank, syntheticBank: bank };
    const { history } = await train({ dataset, model: dir, out: path.join(options.folder, 'run'), settings, ...options });
    const times = history.map((row) => row.seconds);
    const [encoding, cached] = [spread(times.slice(1, bank)), spread(times.slice(bank + 1))];
    return {
      comparisons: [
        {
          what: `a training epoch of ${shots} images`,
          ours: { label: 'features from the bank', unit: 's', ...cached },
          other: { label: 'features encoded', unit: 's', ...encoding },
          ratioOf: 'encoded / from the bank',
          ratio: ratios(encoding, cached),
          goal: { atLeast: 4 },
        },
      ],
      figures: {},
    };
  },
};
