import { tf } from '../common/tf';
import type { Sample } from '../datasets/layout';
import { loadSampleMask } from '../datasets/sample-mask';
import type { RgbImage } from '../image/image';
import { stretched } from '../image/view';
import { imageScore } from '../methods/mediclip/image-score';
import type { MediClip } from '../methods/mediclip/mediclip';
import { encodeImages } from './encode';
import { filesOf, Pieces } from './pieces';

/** The predictions of a model for the images of the probe at one moment of its training. */
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
 * A few images that are scored again and again while a model learns. Their frozen tokens are
 * computed once, so each time costs only the head.
 */
export class MapProbe {
  readonly looks: ProbeLook[] = [];

  private constructor(
    readonly samples: readonly Sample[],
    /** At the image size of the model. */
    readonly images: readonly RgbImage[],
    /** `[S, S]`, if known. */
    readonly masks: readonly (Uint8Array | null)[],
    private readonly tokens: tf.Tensor3D[],
  ) {}

  /**
   * Loads and encodes images, stretched. Afterwards any model on the same CLIP and layers can be
   * probed.
   */
  static async of(samples: readonly Sample[], model: MediClip): Promise<MapProbe> {
    const size = model.backbone.imageSize;
    const masks = await Promise.all(samples.map((sample) => loadSampleMask(sample, size)));
    const files = samples.map(({ file }) => file);
    const pieces = await Pieces.of(filesOf(files), stretched(size));
    const all = encodeImages(pieces, model, { batchSize: files.length });
    for await (const { images, features } of all) return new MapProbe(samples, images, masks, features);
    throw new RangeError('a probe needs images');
  }

  /** Adds the current predictions of a model to {@link MapProbe.looks}. */
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

/** Splits `[N, ...]` into N arrays. */
function slices(tensor: tf.Tensor, n: number): Float32Array[] {
  const data = tensor.dataSync() as Float32Array;
  const length = data.length / n;
  return Array.from({ length: n }, (_, i) => data.slice(i * length, (i + 1) * length));
}
