import { tf } from '../../common/tf';
import { layerNorm, linear } from './layers';
import { Transformer, type Block } from './transformer';

/** Blocks that normalise after each part, as in BERT: norm1(x + attention(x)), norm2(x + mlp(x)). */
export class PostNormTransformer extends Transformer {
  protected override block(x: tf.Tensor2D, p: Block, n: number, mask?: tf.Tensor): tf.Tensor2D {
    const attended = layerNorm(tf.add(x, linear(this.attention(x, p, n, mask), p.out)), p.norm1);
    return layerNorm(tf.add(attended, this.feedForward(attended, p)), p.norm2);
  }
}
