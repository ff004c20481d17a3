import path from 'node:path';
import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { openModel, buildModel } from '../../runs/session';
import { BatchSource } from '../../runs/batches';
import { trainingConfig } from '../../runs/config';
import { TrainingFeatures } from '../../runs/training-features';
import { Adam } from '../../methods/mediclip/adam';
import { train } from '../../runs/train';
import type { Bench } from './bench';
import { inChild } from './child';
import { benchConfig, writeRandomClip } from './random-clip';
import { roundImages } from './paper-model';
import { writeRoundDataset } from './round-dataset';
import { mapSpread, ratios, spread } from './spread';

/** Peak of the published code, ViT-L/14, batch 8, in MiB. */
const PUBLISHED = 4094;

/** Memory of a run at full size, and whether memory stays flat over many steps. */
export const memory: Bench = {
  about: 'peak memory of a ViT-L/14 run against the published 4.1 GiB (quoted); tensors and memory over 500 steps of the compact model',
  needsPython: false,
  rounds: 1,
  async run({ quick, folder, signal }) {
    const config = benchConfig({ quick });
    const size = config.vision_config.image_size;
    const dir = writeRandomClip(path.join(folder, 'clip'), config);
    const dataset = await writeRoundDataset(path.join(folder, 'round'), { train: 16, test: 8, size });
    const peak = spread([await inChild<number>('memory.ts', 'peakOfRun', { dir, dataset, out: path.join(folder, 'run'), size }, signal)]);
    const steps = quick ? 4 : 500;
    const { rss, tensors } = await inChild<Watched>('memory.ts', 'watchSteps', { steps, size: quick ? 56 : 224 }, signal);
    return {
      comparisons: [
        {
          what: 'peak memory of a run of ViT-L/14: 16 shots, one epoch, 8 test images',
          ours: { label: 'ours', unit: 'MiB', ...peak },
          other: { label: 'published code', unit: 'MiB', quoted: PUBLISHED, source: 'test/golden/speed.json' },
          ratioOf: 'ours / published',
          ratio: mapSpread(peak, (mib) => mib / PUBLISHED),
          goal: { atMost: 1 },
        },
        {
          what: `resident memory of the compact model at step ${steps} against step ${steps / 2}`,
          ours: { label: `step ${steps}`, unit: 'MiB', ...spread([rss[1]]) },
          other: { label: `step ${steps / 2}`, unit: 'MiB', ...spread([rss[0]]) },
          ratioOf: 'later / earlier',
          ratio: ratios(spread([rss[1]]), spread([rss[0]])),
          goal: { atMost: 1.02 },
        },
      ],
      figures: { liveTensorsHalfway: tensors[0], liveTensorsAtTheEnd: tensors[1] },
    };
  },
};

/** Called by {@link inChild}. Returns the peak memory of a run in MiB. */
export async function peakOfRun({ dir, dataset, out, size }: { dir: string; dataset: string; out: string; size: number }): Promise<number> {
  await train({ dataset, model: dir, out, settings: { shots: 16, epochs: 1, imageSize: size } });
  return process.resourceUsage().maxRSS / 1024;
}

/** Halfway and at the end. */
interface Watched {
  rss: [number, number];
  tensors: [number, number];
}

/** Called by {@link inChild}. Watches the memory over training steps of the compact model. */
export async function watchSteps({ steps, size }: { steps: number; size: number }): Promise<Watched> {
  await initBackend();
  const { backbone } = await openModel('compact', size);
  const config = trainingConfig({ imageSize: size });
  const model = buildModel(backbone, config);
  const adam = new Adam(model.parameters, config.optimizer);
  const source = new BatchSource(roundImages(16, size), config, 1);
  const features = new TrainingFeatures(source, model, 0);
  const found: [number, number][] = [];
  for (let step = 1; step <= steps; step++) {
    await features.withBatch(1, step, ({ tokens, mask }) => {
      const { losses, gradients } = model.gradients(tokens, mask);
      adam.apply(gradients);
      losses.dataSync();
      tf.dispose([losses, gradients]);
    });
    if (step === steps / 2 || step === steps) found.push([process.memoryUsage.rss() / 2 ** 20, tf.memory().numTensors]);
  }
  await source.close();
  const [[rss0, tensors0], [rss1, tensors1]] = found;
  return { rss: [rss0, rss1], tensors: [tensors0, tensors1] };
}
