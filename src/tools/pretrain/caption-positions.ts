import { tf } from '../../common/tf';
import type { Parameters } from '../../backbones/checkpoint/parameters';

/**
 * Parameters of a text encoder that reads only the first positions: the position table is cut, all
 * else is passed through.
 */
export class CaptionPositions implements Parameters {
  /** @param full - number of positions of the whole table */
  constructor(
    private readonly from: Parameters,
    private readonly full: number,
  ) {}

  get(name: string, shape: number[]): tf.Tensor {
    if (!name.endsWith('text_model.embeddings.position_embedding.weight')) return this.from.get(name, shape);
    return tf.slice(this.from.get(name, [this.full, shape[1]]), [0, 0], shape as [number, number]);
  }
}
