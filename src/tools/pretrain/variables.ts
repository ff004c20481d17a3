import { tf } from '../../common/tf';
import { Random } from '../../common/random';
import type { ClipConfig } from '../../backbones/clip/config';
import type { Parameters } from '../../backbones/checkpoint/parameters';
import { initialValue } from '../../models/initial-values';

/**
 * The parameters of a CLIP in training, by their Hugging Face names. A variable is created with its
 * initial value when an encoder first asks for it. Tensors that are handed out may be disposed of;
 * the variables stay.
 */
export class TrainedParameters implements Parameters {
  readonly variables: Record<string, tf.Variable> = {};

  constructor(
    private readonly config: ClipConfig,
    private readonly seed: number,
  ) {}

  get(name: string, shape: number[]): tf.Tensor {
    return tf.clone(this.variable(name, shape));
  }

  /** The variable itself. */
  variable(name: string, shape: number[]): tf.Variable {
    const known = this.variables[name];
    if (known) {
      if (known.shape.join() !== shape.join()) throw new Error(`${name}: shape [${known.shape.join()}] was requested as [${shape.join()}]`);
      return known;
    }
    // queries and keys start out equal
    const key = name.replace('.k_proj.', '.q_proj.');
    const values = initialValue(name, shape, this.config, Random.of(this.seed, 'pretrain', 'initial', key));
    const made = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    this.variables[name] = made;
    return made;
  }

  dispose(): void {
    tf.dispose(Object.values(this.variables));
  }
}
