import { memoryCheckpoint } from '../../src/backbones/checkpoint/checkpoint-files';
import { checkClipConfig } from '../../src/backbones/clip/config';
import { Tokenizer } from '../../src/backbones/clip/tokenizer/tokenizer';
import { openBackbone } from '../../src/backbones/open';
import { Random } from '../../src/common/random';
import { safetensorsBytes } from '../../src/common/safetensors';
import { tf } from '../../src/common/tf';
import type { GrayImage } from '../../src/image/image';
import { pixelValues } from '../../src/image/pixel-values';
import { baselineSchema, createDetector, type BaselineOptions, type DetectorConfig } from '../../src/methods/registry';
import { imageMetrics, pixelMetrics } from '../../src/metrics/metrics';
import { renderPhantom } from '../../src/phantoms/phantom';
import { synthesize } from '../../src/synthesis/tasks';
import { randomParameters, TINY } from '../helpers/tiny-parameters';

const SIZE = TINY.vision_config.image_size;
const PROMPTS = { normal: ['normal tissue'], abnormal: ['a tumour', 'a lesion'] };

/** What the core gives without Node: numbers only, so that they can leave the page. */
export interface Outcome {
  backend: string;
  maskPixels: number;
  levels: number;
  /** By method: the scores of the normal and of the altered image, and the metrics of scores and maps. */
  methods: Record<string, { scores: number[]; imageAuroc: number | null; pixelAuroc: number | null }>;
}

/**
 * All parts of the core at work, in memory: a random tiny CLIP scores a normal image and one with a synthetic anomaly.
 * @param merges - CLIP's list of merges
 */
export async function runCore(merges: string): Promise<Outcome> {
  await tf.setBackend('cpu');
  const parameters = randomParameters(checkClipConfig(TINY, 'tiny'));
  const files = memoryCheckpoint('tiny', { 'config.json': JSON.stringify(TINY), 'model.safetensors': safetensorsBytes(parameters) });
  const backbone = openBackbone(files, { tokenizer: () => new Tokenizer(merges) });

  const { image: normal } = renderPhantom('phantom-brain', Random.of(1, 'patient'), { abnormal: false, size: SIZE });
  const draw = synthesize('GaussIntensityChangeTask', normal, { support: [normal], random: Random.of(1, 'core') });
  const pair = [normal, draw.image as GrayImage];
  const pixels = tf.tensor4d(pixelValues(pair), [pair.length, 3, SIZE, SIZE]);
  const masks = Uint8Array.from([...new Float32Array(normal.data.length), ...draw.mask.data]);

  const methods: Outcome['methods'] = {};
  for (const method of ['zero-shot-clip', 'patchcore'] as const) {
    const config: DetectorConfig = {
      method,
      seed: 1,
      layers: [2, 4],
      prompts: PROMPTS,
      baseline: baselineSchema.parse({}) as BaselineOptions,
    };
    const detector = createDetector(backbone, config, 'brain');
    const features = detector.encode(pixels);
    detector.fit(features.map((all) => tf.slice(all, 0, 1)));
    const { scores, maps } = detector.score(features);
    const values = [...(await scores.data())];
    methods[method] = {
      scores: values,
      imageAuroc: imageMetrics(values, [0, 1]).imageAuroc,
      pixelAuroc: maps && pixelMetrics((await maps.data()) as Float32Array, masks, pair.length, SIZE, SIZE).pixelAuroc,
    };
    detector.dispose();
  }
  return {
    backend: tf.getBackend(),
    maskPixels: draw.mask.data.filter((v) => v > 0).length,
    levels: pair[1].data.reduce((sum, v) => sum + v, 0),
    methods,
  };
}
