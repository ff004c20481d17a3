import { tf } from '../common/tf';
import { initBackend } from '../common/node/backend';
import { Random } from '../common/random';
import { Adam } from '../methods/mediclip/adam';
import { buildModel, openModel } from '../runs/session';
import type { TrainingConfig } from '../runs/config';

/** Times measured on this machine, in seconds. */
export interface StepTimes {
  /** One training step on a whole batch. */
  step: number;
  /** Encoding one test image and computing its score and map. */
  image: number;
}

/**
 * Times a training step and the scoring of one batch, with random pixels of the configured image
 * size. Each is run once beforehand, as a warm-up that is not counted.
 */
export async function measureStep(model: string, config: TrainingConfig): Promise<StepTimes> {
  await initBackend();
  const { backbone } = await openModel(model, config.imageSize);
  const mediclip = buildModel(backbone, config);
  const adam = new Adam(mediclip.parameters, config.optimizer);
  const { batchSize: batch, imageSize: size } = config;
  const random = Random.of(1, 'measured step');
  const pixels = tf.tensor4d(
    Float32Array.from({ length: batch * 3 * size * size }, () => random.normal()),
    [batch, 3, size, size],
  );
  const mask = tf.tensor3d(
    Float32Array.from({ length: batch * size * size }, (_, i) => Number(i % size < size / 4)),
    [batch, size, size],
  );
  const step = (): void => {
    const tokens = tf.tidy(() => mediclip.encode(pixels));
    const { losses, gradients } = mediclip.gradients(tokens, mask, config.losses);
    adam.apply(gradients);
    losses.dataSync();
    tf.dispose([tokens, losses, gradients]);
  };
  const text = mediclip.textFeatures();
  const score = (): void => tf.tidy(() => void mediclip.anomalyMap(mediclip.encode(pixels), text).dataSync());
  try {
    return { step: seconds(step), image: seconds(score) / batch };
  } finally {
    tf.dispose([pixels, mask, text]);
    adam.dispose();
    mediclip.dispose();
    backbone.dispose();
  }
}

/** Mean seconds of `work` after one warm-up: repeated for half a second, at most five times. */
function seconds(work: () => void): number {
  work();
  const started = performance.now();
  let repetitions = 0;
  do {
    work();
    repetitions++;
  } while (performance.now() - started < 500 && repetitions < 5);
  return (performance.now() - started) / 1000 / repetitions;
}
