import path from 'node:path';
import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { UserError } from '../../common/errors';
import type { VisionConfig } from '../../backbones/clip/config';
import type { Precision } from '../../graph/graph';
import { ImageEncoderGraph } from '../../backbones/transformer/image-encoder-graph';
import { attribute, Graph } from '../../graph/graph';
import { graphsRun } from '../../graph/runtime';
import { GraphSession } from '../../graph/session';
import type { Bench, Comparison } from './bench';
import { benchConfig, writeRandomClip } from './random-clip';
import { alternate, spread, measureDuration, type Spread } from './spread';
import { openClipFolder } from '../../backbones/node/open-folder';

/**
 * Compares the image encoder with what the machine can do: the operations per second of its
 * products beside those of one large product of the same shape, and the speed of main memory. The
 * difference is time spent between products.
 */
export const roofline: Bench = {
  about: 'operations per second of the ViT-L/14 image encoder against one large product on this machine; speed of its memory',
  needsPython: false,
  rounds: 3,
  async run(options) {
    await initBackend();
    if (!graphsRun()) throw new UserError('bench roofline: whole graphs need the native backend');
    const { quick, folder } = options;
    const config = benchConfig(options);
    const { vision_config: v } = config;
    const batch = quick ? 2 : 8;
    const { rounds } = options;
    const clip = await openClipFolder(writeRandomClip(path.join(folder, 'clip'), config));
    const pixels = tf.randomNormal([batch, 3, v.image_size, v.image_size], 0, 1, 'float32', 1) as tf.Tensor4D;
    const comparisons: Comparison[] = [];
    try {
      for (const precision of ['float32', 'bfloat16'] as const) {
        const encoder = new ImageEncoderGraph(clip.imageEncoder, precision);
        const one = product(batch * tokens(v), v.hidden_size, v.intermediate_size, precision);
        const encode = (): void => tf.tidy(() => void encoder.encode(pixels, [v.num_hidden_layers]).tokens[0].dataSync());
        const times = await alternate({ encoder: () => measureDuration(encode), product: () => measureDuration(one.run) }, rounds, options);
        encoder.dispose();
        one.dispose();
        const ours = rate(batch * operations(v), times.encoder.seconds);
        const other = rate(one.operations, times.product.seconds);
        comparisons.push({
          what: `${precision}, batch ${batch}`,
          ours: { label: 'the encoder', unit: 'GFLOP/s', ...ours },
          other: {
            label: `products [${batch * tokens(v)}, ${v.hidden_size}] x [${v.hidden_size}, ${v.intermediate_size}]`,
            unit: 'GFLOP/s',
            ...other,
          },
          ratioOf: 'achieved / product',
          ratio: spread(ours.values.map((value, i) => value / other.values[i])),
        });
      }
      return { comparisons, figures: { GFLOPAnImage: operations(v) / 1e9, memoryGBps: await memorySpeed(quick, rounds) } };
    } finally {
      clip.dispose();
      pixels.dispose();
    }
  },
};

function tokens(v: VisionConfig): number {
  return Math.floor(v.image_size / v.patch_size) ** 2 + 1;
}

/** Multiplications and additions of all products of one image. */
function operations(v: VisionConfig): number {
  const { hidden_size: d, intermediate_size: m, num_hidden_layers: depth, patch_size: p } = v;
  const n = tokens(v);
  return 2 * (n * 3 * p * p * d + depth * (n * (4 * d * d + 2 * d * m) + 2 * n * n * d));
}

function rate(work: number, seconds: Spread): Spread {
  return spread(seconds.values.map((s) => work / s / 1e9));
}

/** Sixteen products with one weight, as an encoder has them. */
function product(
  rows: number,
  into: number,
  out: number,
  precision: Precision,
): { run: () => void; operations: number; dispose: () => void } {
  const graph = new Graph();
  const x = graph.input([-1, into]);
  const [weight, input] = [tf.randomNormal([out, into], 0, 1, 'float32', 1), tf.randomNormal([rows, into], 0, 1, 'float32', 2)];
  const cast = graph.cast(x, precision);
  const products = Array.from({ length: 16 }, (_, i) => {
    const scaled = graph.same('Mul', [cast, graph.cast(graph.constant(i + 1), precision)]); // equal products would be computed only once
    const y = graph.same('MatMul', [scaled, graph.weight(weight, precision)], { transpose_b: attribute.flag(true) });
    return graph.cast(graph.slice(y, [0, 0], [1, 1]), 'float32');
  });
  const session = new GraphSession(graph);
  return {
    run: () => tf.dispose(session.run([x], [input], products)),
    operations: 16 * 2 * rows * into * out,
    dispose: () => {
      session.dispose();
      tf.dispose([weight, input]);
    },
  };
}

/** Gigabytes per second that an addition of two large arrays reads and writes. */
async function memorySpeed(quick: boolean, rounds: number): Promise<number> {
  const size = quick ? 1 << 16 : 1 << 26;
  const [a, b] = [tf.ones([size]), tf.ones([size])];
  const { add } = await alternate({ add: () => measureDuration(() => tf.add(a, b).dispose()) }, rounds);
  tf.dispose([a, b]);
  return (3 * 4 * size) / add.seconds.median / 1e9;
}
