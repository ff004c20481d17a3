import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { Random } from '../../common/random';
import { unitLength } from '../../backbones/frozen-encoder';
import type { Reading, TextTower } from '../../backbones/backbone';
import type { MediClipOptions } from './options';
import { layout, tokenizePrompt } from './prompt-layout';
import { CLASSES, type ClassName } from './prompts';

/** Tensors by name: the trainable parameters of this project, or arrays like them. */
export type NamedTensors = Record<string, tf.Tensor>;

/** The prompts of one class with their class words at one position. */
interface Group {
  className: ClassName;
  /** Name of the context: `ctx.normal_end`. */
  context: string;
  prompts: number;
  /** The token embeddings with zeros where the context goes, `[P, N, W]`. */
  written: tf.Tensor3D;
  /** 1 where learnable token k stands at position i, `[P, N, n]`. */
  places: tf.Tensor3D;
  readings: Reading[];
}

/** The output of the learner; the caller disposes of it. */
export interface TextFeatures {
  /** Projected features of every prompt by class, not normalised: `[P, D]`. */
  prompts: Record<ClassName, tf.Tensor2D>;
  /** Unit vectors, column 0 normal, column 1 abnormal: `[D, 2]`. */
  classes: tf.Tensor2D;
}

/**
 * Learnable prompts (CoOp, Zhou et al. 2022, as used by MediCLIP). The embeddings of n tokens
 * before, between or after the words of every prompt are trained; the text encoder is frozen. All
 * prompts of both classes go through the encoder as one batch.
 */
export class PromptLearner {
  private readonly groups: Group[];
  /** Ids of the prompts with placeholders, by class. */
  readonly ids: Record<ClassName, Int32Array[]>;

  constructor(
    private readonly text: TextTower,
    private readonly options: MediClipOptions,
  ) {
    const n = options.contextTokens;
    const { tokenizer, positions: length } = text;
    const ids = {} as Record<ClassName, Int32Array[]>;
    this.groups = CLASSES.flatMap((className) => {
      if (options.prompts[className].length === 0) throw new UserError(`prompts: the list ${className} is empty`);
      const tokenized = options.prompts[className].map((prompt) => tokenizePrompt(tokenizer, prompt, n, length));
      ids[className] = tokenized.map((p) => p.ids);
      const readings = text.read(ids[className]);
      return options.classTokenPositions.map((position) => {
        const layouts = tokenized.map((p) =>
          layout(position, { length, before: tokenizer.before, contextTokens: n, textLength: p.textLength }),
        );
        return {
          className,
          context: `ctx.${className}_${position}`,
          prompts: tokenized.length,
          ...this.embed(ids[className], layouts),
          readings,
        };
      });
    });
    this.ids = ids;
  }

  /** Splits prompts into their written tokens and the positions of the context. */
  private embed(ids: Int32Array[], layouts: number[][]): { written: tf.Tensor3D; places: tf.Tensor3D } {
    const n = this.options.contextTokens;
    const length = this.text.positions;
    const places = new Float32Array(ids.length * length * n);
    const fixed = new Float32Array(ids.length * length);
    const moved = ids.map((row, p) =>
      Int32Array.from(layouts[p], (source, i) => {
        const at = p * length + i;
        if (source < 0) places[at * n + (-1 - source)] = 1;
        else fixed[at] = 1;
        return source < 0 ? 0 : row[source];
      }),
    );
    return {
      written: tf.tidy(() => tf.mul(this.text.embedTokens(moved), tf.tensor3d(fixed, [ids.length, length, 1]))),
      places: tf.tensor3d(places, [ids.length, length, n]),
    };
  }

  /**
   * New contexts, normal with sd 0.02 as published: `ctx.CLASS_POSITION`, `[P, n, W]`, or `[n, W]`
   * if shared.
   */
  initialContexts(random: Random): NamedTensors {
    const { contextTokens: n, classSpecificContext } = this.options;
    if (n === 0) return {};
    const width = this.text.width;
    return Object.fromEntries(
      this.groups.map((group) => {
        const shape = classSpecificContext ? [group.prompts, n, width] : [n, width];
        const size = shape.reduce((a, b) => a * b, 1);
        return [
          group.context,
          tf.tensor(
            Float32Array.from({ length: size }, () => random.normal(0, 0.02)),
            shape,
          ),
        ];
      }),
    );
  }

  /** Features of all prompts and of the two classes, with the given contexts. */
  features(parameters: NamedTensors): TextFeatures {
    return tf.tidy(() => {
      const embedded = tf.concat(this.groups.map((group) => this.insert(group, parameters[group.context])));
      const readings = this.groups.flatMap((group) => group.readings);
      const all = this.text.encode(embedded, readings, this.options.causalTextMask); // [all P, D]
      const prompts = {} as Record<ClassName, tf.Tensor2D>;
      let start = 0;
      for (const className of CLASSES) {
        const count = this.groups.reduce((sum, group) => sum + (group.className === className ? group.prompts : 0), 0);
        prompts[className] = tf.slice(all, [start, 0], [count, -1]);
        start += count;
      }
      return {
        prompts,
        classes: tf.stack(
          CLASSES.map((className) => unitLength(tf.mean(prompts[className], 0))),
          1,
        ) as tf.Tensor2D,
      };
    });
  }

  /** written + places · context: `[P, N, W]`. */
  private insert({ written, places, prompts }: Group, context: tf.Tensor | undefined): tf.Tensor3D {
    const { contextTokens: n, classSpecificContext } = this.options;
    if (n === 0) return written;
    if (!context) throw new Error('a context is missing among the parameters');
    if (classSpecificContext) return tf.add(written, tf.matMul(places, context as tf.Tensor3D));
    const [, length, width] = written.shape;
    const flat = tf.reshape(places, [prompts * length, n]) as tf.Tensor2D;
    return tf.add(written, tf.reshape(tf.matMul(flat, context as tf.Tensor2D), [prompts, length, width]));
  }

  dispose(): void {
    for (const group of this.groups) tf.dispose([group.written, group.places]);
  }
}
