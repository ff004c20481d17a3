import path from 'node:path';
import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { MediClipScorer } from '../../methods/mediclip/mediclip-scorer';
import { buildModel } from '../../runs/session';
import { train } from '../../runs/train';
import type { Bench, BenchOptions } from './bench';
import { paperModel, type PaperModel } from './paper-model';
import { PythonSide } from './python-side';
import { writeRoundDataset } from './round-dataset';
import { seconds, spread } from './spread';
import { openClipFolder } from '../../backbones/node/open-folder';

/** BrainMRI's test set, and the published number of epochs. */
const [IMAGES, EPOCHS] = [220, 200];

/**
 * A whole few-shot run with validation after every epoch. Ours encodes the test set once; the
 * published procedure encodes it and the prompts again for every batch of every epoch. Both are
 * extrapolated from parts measured here: ours from the history of a short run.
 */
export const run: Bench = {
  about: 'a few-shot run of ViT-L/14 with validation every epoch: 16 shots, 220 test images, 200 epochs, extrapolated',
  needsPython: true,
  rounds: 2,
  async run(options) {
    await initBackend();
    const paper = paperModel(options);
    const { batchSize, shots } = paper.config;
    const steps = Math.ceil(shots / batchSize);
    const { side, versions } = await PythonSide.start('step', paper.settings);
    const published: number[] = [];
    const ours: number[] = [];
    try {
      for (const what of ['evaluate', 'step']) await side.go({ what }); // not counted
      for (let round = 0; round < options.rounds; round++) {
        const { seconds: evaluating } = await side.go({ what: 'evaluate' });
        const { seconds: step } = await side.go({ what: 'step' });
        published.push(EPOCHS * (steps * step + (IMAGES / batchSize) * evaluating));
        ours.push(await extrapolated(options, paper, round));
        options.onProgress?.({ phase: 'measuring', done: round + 1, total: options.rounds });
      }
    } finally {
      side.close();
    }
    const hours = (values: number[]) => spread(values.map((s) => s / 3600));
    return {
      comparisons: [
        {
          what: `${EPOCHS} epochs, ${shots} shots, ${IMAGES} test images scored after every epoch`,
          ours: { label: 'ours, extrapolated from the history of 3 epochs', unit: 'h', ...hours(ours) },
          other: { label: 'published procedure on PyTorch, extrapolated from a step and a test batch', unit: 'h', ...hours(published) },
          ratioOf: 'published / ours',
          ratio: spread(published.map((s, i) => s / ours[i])),
          goal: { atLeast: 8 },
        },
      ],
      figures: versions,
    };
  },
};

/**
 * Seconds of the whole run, from three epochs with a test set of one batch: the first also encodes
 * it.
 */
async function extrapolated({ quick, folder, signal }: BenchOptions, { dir, config, clip }: PaperModel, round: number): Promise<number> {
  const test = config.batchSize;
  const size = clip.vision_config.image_size;
  const dataset = await writeRoundDataset(path.join(folder, 'round'), { train: config.shots, test, size });
  const { shots, batchSize, imageSize } = config;
  const settings = { shots, batchSize, imageSize, epochs: quick ? 2 : 3, protocol: 'paper' as const };
  const { history } = await train({ dataset, model: dir, out: path.join(folder, `run${round}`), settings, signal });
  const [first, ...later] = history.map((row) => row.seconds);
  const epoch = spread(later).median;
  const scoring = await scoringSeconds(dir, test, config);
  return (Math.max(0, first - epoch) / test) * IMAGES + EPOCHS * (epoch + (scoring / test) * (IMAGES - test));
}

/** Seconds to score a batch whose features are known. */
async function scoringSeconds(dir: string, batch: number, config: PaperModel['config']): Promise<number> {
  const clip = await openClipFolder(dir);
  const model = buildModel(clip, config);
  const scorer = new MediClipScorer(model, config.score);
  const { grid } = clip.imageEncoder;
  const tokens = model.options.layers.map(() => tf.randomNormal([batch, grid * grid, clip.facts.width], 0, 1, 'float32', 1));
  try {
    const score = (): void => tf.tidy(() => void scorer.score(tokens as tf.Tensor3D[]).scores.dataSync());
    score();
    return await seconds(score);
  } finally {
    tf.dispose(tokens);
    scorer.dispose();
    model.dispose();
    clip.dispose();
  }
}
