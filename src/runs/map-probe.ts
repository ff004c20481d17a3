import { tf } from '../common/tf';
import type { Sample } from '../datasets/layout';
import { loadSampleMask } from '../datasets/sample-mask';
import type { RgbImage } from '../image/image';
import { imageScore } from '../methods/mediclip/image-score';
import type { MediClip } from '../methods/mediclip/mediclip';
import { encodeImages, imagesOf } from './encode';

/** What a model said of the probe's images at one moment of its training. */
export interface ProbeLook {
  epoch: number;
  /** For each image the anomaly map, `[S, S]`, probability of "abnormal". */
  maps: Float32Array[];
  /** For each image and adapter the cosine with "abnormal" minus that with "normal", `[g, g]`. */
  margins: Float32Array[][];
  /** For each image the map's maximum. */
  scores: number[];
}

/**
 * A few images that are looked at again and again while a model learns. Their frozen tokens are computed once, so a look costs
 * the head alone.
 */
export class MapProbe {
  readonly looks: ProbeLook[] = [];

  private constructor(
    readonly samples: readonly Sample[],
    /** At the model's size, as it sees them. */
    readonly images: readonly RgbImage[],
    /** `[S, S]`, where one is known. */
    readonly masks: readonly (Uint8Array | null)[],
    private readonly tokens: tf.Tensor3D[],
  ) {}

  /** Loads and encodes images; any model on the same CLIP, at the same layers, can be looked at afterwards. */
  static async of(samples: readonly Sample[], model: MediClip): Promise<MapProbe> {
    const size = model.backbone.imageSize;
    const masks = await Promise.all(samples.map((sample) => loadSampleMask(sample, size)));
    const files = samples.map(({ file }) => file);
    const all = encodeImages(files.length, imagesOf(files, size), model, { batchSize: files.length });
    for await (const { images, features } of all) return new MapProbe(samples, images, masks, features);
    throw new RangeError('a probe needs images');
  }

  /** Adds what a model says now to {@link MapProbe.looks}. */
  look(epoch: number, model: MediClip): void {
    const n = this.samples.length;
    tf.tidy(() => {
      const text = model.textFeatures();
      const cosines = model.layerMaps(this.tokens, text); // [N, 2, g, g] each
      const margins = cosines.map((layer) => {
        const [normal, abnormal] = tf.unstack(layer, 1);
        return slices(tf.sub(abnormal, normal), n);
      });
      const map = model.anomalyMap(this.tokens, text); // [N, S, S]
      const scores = Array.from(imageScore(map).dataSync());
      this.looks.push({ epoch, maps: slices(map, n), margins: this.samples.map((_, i) => margins.map((layer) => layer[i])), scores });
    });
  }

  dispose(): void {
    tf.dispose(this.tokens);
  }
}

/** `[N, ...]` to N arrays. */
function slices(tensor: tf.Tensor, n: number): Float32Array[] {
  const data = tensor.dataSync() as Float32Array;
  const length = data.length / n;
  return Array.from({ length: n }, (_, i) => data.slice(i * length, (i + 1) * length));
}
