import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { projectRoot } from '../../common/node/project-root';
import { Random } from '../../common/random';
import { ImageEncoderGraph } from '../../backbones/transformer/image-encoder-graph';
import { imageScore } from '../../methods/mediclip/image-score';
import { buildModel } from '../../runs/session';
import { trainingConfig } from '../../runs/config';
import path from 'node:path';
import type { BenchOptions } from './bench';
import { openClipFolder } from '../../backbones/node/open-folder';

/**
 * What bfloat16 products change. The compact model, freshly initialised, scores random blobs with
 * float32 and with bfloat16 products in the frozen image encoder.
 */
export async function largestScoreChange({ quick }: BenchOptions): Promise<Record<string, number>> {
  await initBackend();
  const clip = await openClipFolder(path.join(projectRoot(), 'models', 'compact'));
  const model = buildModel(clip, trainingConfig({}));
  const graphs = (['float32', 'bfloat16'] as const).map((precision) => new ImageEncoderGraph(clip.imageEncoder, precision));
  const images = quick ? 2 : 64;
  let largest = 0;
  const text = model.textFeatures();
  try {
    for (let i = 0; i < images; i++) {
      tf.tidy(() => {
        const pixels = blobs(Random.of(i, 'bench', 'blobs'), clip.imageSize);
        const [exact, coarse] = graphs.map((graph) => {
          const { tokens } = graph.encode(pixels, model.options.layers);
          return imageScore(model.anomalyMap(tokens, text)).dataSync()[0];
        });
        largest = Math.max(largest, Math.abs(exact - coarse));
      });
    }
  } finally {
    tf.dispose(text);
    graphs.forEach((graph) => graph.dispose());
    model.dispose();
    clip.dispose();
  }
  return { scoredImages: images, largestScoreChange: largest };
}

/** Smooth random grey, normalised like pixels: `[1, 3, S, S]`. */
function blobs(random: Random, size: number): tf.Tensor4D {
  const coarse = tf.tensor4d(
    Float32Array.from({ length: 64 }, () => random.normal()),
    [1, 8, 8, 1],
  );
  const grey = tf.image.resizeBilinear(coarse, [size, size]);
  return tf.tile(tf.transpose(grey, [0, 3, 1, 2]), [1, 3, 1, 1]) as tf.Tensor4D;
}
