import { mean } from '../../common/averages';
import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { Adam } from '../../methods/mediclip/adam';
import { BatchSource } from '../../runs/batches';
import { buildModel } from '../../runs/session';
import type { Bench } from './bench';
import { paperModel, roundImages } from './paper-model';
import { PythonSide } from './python-side';
import { alternate, ratios, measureDuration } from './spread';
import { openClipFolder } from '../../backbones/node/open-folder';

/**
 * A training step of ViT-L/14 from synthesis to Adam, against the same formulas on PyTorch and
 * open_clip.
 */
export const step: Bench = {
  about:
    'a training step of ViT-L/14 at batch 8: synthesis, encoding, prompts forward and backward, Adam; against PyTorch (without synthesis)',
  needsPython: true,
  rounds: 5,
  async run(options) {
    await initBackend();
    const { dir, config, settings } = paperModel(options);
    const { side, versions } = await PythonSide.start('step', settings);
    const clip = await openClipFolder(dir);
    const model = buildModel(clip, config);
    const adam = new Adam(model.parameters, config.optimizer);
    const source = new BatchSource(roundImages(config.shots, clip.imageSize), config, 1);
    const parts: number[][] = [];
    let peakMiB = 0;
    const once = async (): Promise<void> => {
      const at = [performance.now()];
      const { pixels, mask } = await source.next();
      at.push(performance.now());
      const tokens = model.encode(pixels);
      at.push(performance.now());
      const { losses, gradients } = model.gradients(tokens, mask);
      adam.apply(gradients);
      losses.dataSync();
      at.push(performance.now());
      tf.dispose([pixels, mask, tokens, losses, gradients]);
      parts.push(at.slice(1).map((t, i) => t - at[i]));
    };
    try {
      const times = await alternate(
        {
          ours: () => measureDuration(once),
          PyTorch: async () => {
            const found = await side.go({ what: 'step' });
            peakMiB = found.peakMiB as number;
            return found;
          },
        },
        options.rounds,
        options,
      );
      const [synthesisMs, encodingMs, learningMs] = [0, 1, 2].map((i) => mean(parts.slice(1).map((p) => p[i])));
      return {
        comparisons: [
          {
            what: `training step, batch ${config.batchSize}`,
            ours: { label: 'ours, with synthesis', unit: 's', ...times.ours.seconds },
            other: { label: 'PyTorch and open_clip, without synthesis', unit: 's', ...times.PyTorch.seconds },
            ratioOf: 'ours / PyTorch',
            ratio: ratios(times.ours.seconds, times.PyTorch.seconds),
            cpuRatio: ratios(times.ours.cpu, times.PyTorch.cpu),
            goal: { atMost: 1 },
          },
        ],
        figures: { waitedForSynthesisMs: synthesisMs, encodingMs, learningMs, peakMiBOfPyTorch: peakMiB, ...versions },
      };
    } finally {
      side.close();
      await source.close();
      adam.dispose();
      model.dispose();
      clip.dispose();
    }
  },
};
