import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { Random } from '../../common/random';
import { defaultLayers } from '../../backbones/layers';
import { ImageEncoderGraph } from '../../backbones/transformer/image-encoder-graph';
import type { Precision } from '../../graph/graph';
import { layerEncoder } from '../../backbones/frozen-encoder';
import type { Bench, BenchOptions, Comparison, BenchResults } from './bench';
import { paperModel } from './paper-model';
import { PythonSide } from './python-side';
import { alternate, mapSpread, ratios, measureDuration } from './spread';
import { largestScoreChange } from './score-change';
import { openClipFolder } from '../../backbones/node/open-folder';

/**
 * Time per image of ViT-L/14's image encoder with random weights and the tokens of three blocks,
 * against open_clip on PyTorch.
 */
export const encoder: Bench = {
  about: 'image encoder of ViT-L/14, batch 8, float32, against open_clip on PyTorch',
  needsPython: true,
  rounds: 7,
  run: (options) => measure(options, 'float32', { atMost: 1 }),
};

/**
 * The same with products in bfloat16, against PyTorch's autocast, and how much the scores change.
 */
export const encoderBf16: Bench = {
  about: 'the same with bfloat16 products, against PyTorch autocast; the largest change of image scores',
  needsPython: true,
  rounds: 7,
  async run(options) {
    const found = await measure(options, 'bfloat16', { atMost: 1.5 });
    return { ...found, figures: { ...found.figures, ...(await largestScoreChange(options)) } };
  },
};

async function measure(options: BenchOptions, precision: Precision, goal: Comparison['goal']): Promise<BenchResults> {
  await initBackend();
  const { dir, config, settings } = paperModel(options);
  const batch = config.batchSize;
  const { side, versions } = await PythonSide.start('encoder', settings);
  const clip = await openClipFolder(dir);
  const layers = defaultLayers(clip.facts.depth);
  const random = Random.of(1, 'bench', 'pixels');
  const shape: [number, number, number, number] = [batch, 3, clip.imageSize, clip.imageSize];
  const pixels = tf.tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  );
  const own = precision === 'bfloat16' ? new ImageEncoderGraph(clip.imageEncoder, precision) : undefined;
  const encode = own ? (x: tf.Tensor4D) => own.encode(x, layers).tokens : layerEncoder(clip, layers).encode;
  try {
    const times = await alternate(
      {
        ours: () => measureDuration(() => tf.tidy(() => void encode(pixels)[layers.length - 1].dataSync())),
        PyTorch: () => side.go({ bfloat16: precision === 'bfloat16' }),
      },
      options.rounds,
      options,
    );
    const perImage = (label: string, of: keyof typeof times): Comparison['ours'] => ({
      label,
      unit: 'ms/image',
      ...mapSpread(times[of].seconds, (s) => (1000 * s) / batch),
    });
    return {
      comparisons: [
        {
          what: `image encoder, batch ${batch}, ${precision} products`,
          ours: perImage('ours', 'ours'),
          other: perImage('open_clip on PyTorch', 'PyTorch'),
          ratioOf: 'ours / PyTorch',
          ratio: ratios(times.ours.seconds, times.PyTorch.seconds),
          cpuRatio: ratios(times.ours.cpu, times.PyTorch.cpu),
          goal,
        },
      ],
      figures: versions,
    };
  } finally {
    side.close();
    own?.dispose();
    clip.dispose();
    pixels.dispose();
  }
}
