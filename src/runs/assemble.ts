import { tf } from '../common/tf';
import { Stitcher } from '../image/stitch';
import type { Scorer } from '../methods/method';
import type { Pieces } from './pieces';

/** Scores and anomaly maps of a set of images. */
export interface Predictions {
  /** `[N]`, higher is more abnormal. */
  scores: Float32Array;
  /**
   * `[N, S, S]`, higher is more abnormal (for MediCLIP: probability of "abnormal"); null for
   * methods without maps. A map covers all that is seen of its image, without border; `mapToImage`
   * brings it to the pixels of the image.
   */
  maps: Float32Array | null;
}

/** The prediction for an image. */
interface ImagePrediction {
  image: number;
  score: number;
  map: Float32Array | null;
}

/**
 * Turns predictions for pieces, in their order, into predictions for images. The map of an image
 * covers all that is seen of it. Its score follows from that map if the method scores by maps
 * alone; otherwise the highest score of a piece counts.
 */
export class Assembler {
  private stitcher: Stitcher | null = null;
  private highest = -Infinity;

  constructor(
    private readonly pieces: Pieces,
    private readonly scorer: Scorer,
  ) {}

  /**
   * Adds a batch.
   * @param start - index of its first piece
   * @returns the images that are complete now
   */
  add(start: number, { scores, maps }: Predictions): ImagePrediction[] {
    const { size, tiles } = this.pieces.view;
    const complete: ImagePrediction[] = [];
    scores.forEach((score, i) => {
      const piece = this.pieces.at(start + i);
      if (!piece) throw new RangeError('pieces that are images need no assembly');
      this.highest = Number.isNaN(score) ? NaN : Math.max(this.highest, score);
      if (maps) {
        this.stitcher ??= new Stitcher(size, tiles?.overlap);
        this.stitcher.add(maps.subarray(i * size * size, (i + 1) * size * size), piece.placement);
      }
      if (!piece.last) return;
      const map = this.stitcher && this.stitcher.map();
      complete.push({ image: piece.image, score: (map && this.scoreOf(map)) ?? this.highest, map });
      this.stitcher = null;
      this.highest = -Infinity;
    });
    return complete;
  }

  private scoreOf(map: Float32Array): number | undefined {
    const { scorer } = this;
    const { size } = this.pieces.view;
    return tf.tidy(() => scorer.scoreMaps?.(tf.tensor3d(map, [1, size, size])).dataSync()[0]);
  }
}
