import path from 'node:path';
import { initBackend } from '../../common/node/backend';
import { cachedPhantoms } from '../../datasets/cached-phantoms';
import { train } from '../../runs/train';
import type { Bench } from './bench';
import { againstLimit } from './limit';
import { writeRoundDataset } from './round-dataset';
import { seconds, spread } from './spread';

const LIMIT = 60;

/**
 * The whole embedded few-shot run: 16 shots of generated brain images, 100 epochs, the test set
 * scored once.
 */
export const compact: Bench = {
  about: 'the embedded few-shot run with the compact model: 16 shots, 100 epochs, test set; against a limit of 60 s',
  needsPython: false,
  rounds: 1,
  async run(options) {
    await initBackend();
    const { quick, folder, signal, onProgress } = options;
    const dataset = quick
      ? await writeRoundDataset(path.join(folder, 'round'), { train: 4, test: 2, size: 56 })
      : await cachedPhantoms('phantom-brain', { seed: 1, size: 'small', signal, onProgress });
    const settings = quick ? { shots: 4, epochs: 1, imageSize: 56 } : { shots: 16, epochs: 100 };
    const all: number[] = [];
    let perEpoch: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      let history: { seconds: number }[] = [];
      const go = async (): Promise<void> => {
        ({ history } = await train({ dataset, out: path.join(folder, `run${round}`), settings, signal, onProgress }));
      };
      all.push(await seconds(go));
      perEpoch = history.map((row) => row.seconds);
    }
    return {
      comparisons: [againstLimit(`${settings.shots} shots, ${settings.epochs} epochs, the test set scored at the end`, spread(all), LIMIT)],
      figures: { secondsAnEpoch: spread(perEpoch).median },
    };
  },
};
