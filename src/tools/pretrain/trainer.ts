import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { cpuFeatures } from '../../common/node/cpu';
import { UserError } from '../../common/errors';
import { Random } from '../../common/random';
import type { SafetensorsFile } from '../../common/safetensors';
import { Adam } from '../../methods/mediclip/adam';
import type { Precision } from '../../graph/graph';
import { clipConfigOf, type Architecture } from '../../models/architecture';
import { disposeBatch, makeBatch, type PretrainBatch } from './batches';
import { CORPUS_DEFAULTS, type CorpusOptions, type CorpusSample } from './corpus';
import { CorpusFeed } from './corpus-feed';
import { CorpusSource } from './corpus-source';
import { isHead, TOKEN_TABLE } from '../../models/export';
import { Muon } from './muon';
import { Objective } from './objective';
import { learningRate, position, totalSteps, type Stage } from './schedule';
import { TrainedParameters } from './variables';
import { UsedVocabulary } from '../../models/vocabulary';
import { loadTokenizer } from '../../backbones/node/load-tokenizer';

/** The settings that determine a pretraining run. */
export interface PretrainSettings {
  seed: number;
  architecture: Architecture;
  stages: Stage[];
  /** Peak learning rate. */
  learningRate: number;
  corpus: Omit<CorpusOptions, 'seed'>;
  /** Fraction of the work during which the corpus gets harder; see `difficultyAt`. */
  rise: number;
  /**
   * If a training time was requested: that time, and the seconds per step of each stage at the
   * start. If absent, the steps stay as planned.
   */
  clock?: { minutes: number; secondsPerStep: number[] };
}

export const PRETRAIN_DEFAULTS: Pick<PretrainSettings, 'learningRate' | 'corpus' | 'rise'> = {
  learningRate: 1e-3,
  corpus: CORPUS_DEFAULTS,
  rise: 0.2,
};

/** The report of one step; `parts` as in `LOSS_PARTS`. */
export interface StepReport {
  step: number;
  size: number;
  total: number;
  parts: number[];
  rate: number;
  /** Log odds and anomalous fraction of the patches of the batch. */
  logits: Float32Array;
  target: Float32Array;
}

/** Steps between updates of the averaged weights. */
const AVERAGE_EVERY = 4;
const AVERAGE_DECAY = 0.95;
const CLIP_NORM = 1;
/** The weights that Muon trains; the others are Adam's. */
const MATRICES = /\.layers\.\d+\..*(q_proj|k_proj|v_proj|out_proj|fc1|fc2)\.weight$/;
/** Muon's peak rate as a multiple of Adam's. */
const MUON_RATE = 10;
/** Number of batches that are generated ahead. */
const AHEAD = 3;

/**
 * The state of a pretraining run: variables, Adam and Muon, averaged weights, and the number of
 * finished steps.
 */
export class Pretrainer {
  readonly parameters: TrainedParameters;
  readonly vocabulary: UsedVocabulary;
  readonly averaged: Record<string, tf.Variable> = {};
  readonly adam: Adam;
  readonly muon: Muon;
  step = 0;
  private readonly tokenizer = loadTokenizer();
  private readonly objective: Objective;
  private readonly source: CorpusSource;
  private readonly feed: CorpusFeed;
  private readonly ahead = new Map<number, Promise<CorpusSample[]>>();

  private constructor(
    readonly settings: PretrainSettings,
    threads: number,
  ) {
    const config = clipConfigOf(settings.architecture);
    const precision = precisionOfProducts();
    this.vocabulary = UsedVocabulary.ofPretraining(this.tokenizer);
    this.parameters = new TrainedParameters(config, settings.seed);
    this.objective = new Objective(config, this.tokenizer, this.vocabulary, precision);
    this.source = new CorpusSource({ seed: settings.seed, ...settings.corpus }, threads);
    this.feed = new CorpusFeed(this.source, settings.seed, settings.rise);
    this.touch();
    const { variables } = this.parameters;
    const some = (matrices: boolean): typeof variables =>
      Object.fromEntries(Object.entries(variables).filter(([name]) => MATRICES.test(name) === matrices));
    this.adam = new Adam(some(false), { learningRate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 });
    this.muon = new Muon(some(true), { learningRate: 1e-2, momentum: 0.95 }, precision);
    for (const [name, variable] of Object.entries(variables)) this.averaged[name] = tf.variable(variable, false);
  }

  /** @param threads - threads that generate the corpus; 0: only the calling one */
  static async create(settings: PretrainSettings, threads = 1): Promise<Pretrainer> {
    await initBackend();
    return new Pretrainer(settings, threads);
  }

  get total(): number {
    return totalSteps(this.settings.stages);
  }

  /** Changes the number of steps of each stage; batches generated ahead are generated again. */
  replan(stages: Stage[]): void {
    this.settings.stages = stages;
    this.ahead.clear();
  }

  /**
   * Starts from the weights of a finished pretraining run. The heads of the objective are not part
   * of these weights and keep their initial values.
   * @throws UserError if a weight is missing or has another shape
   */
  startFrom(weights: SafetensorsFile): void {
    for (const [name, variable] of Object.entries(this.parameters.variables)) {
      if (isHead(name)) continue;
      const { shape, data } = weights.read(name);
      tf.tidy(() => {
        const saved = tf.tensor(data as Float32Array, shape);
        const wanted = name === TOKEN_TABLE ? tf.gather(saved, tf.tensor1d(this.vocabulary.ids, 'int32')) : saved;
        if (wanted.shape.join() !== variable.shape.join())
          throw new UserError(`${weights.file}: ${name} has shape [${shape.join(', ')}]; expected weights of this architecture`);
        variable.assign(wanted);
        this.averaged[name].assign(wanted);
      });
    }
  }

  /** One step of training. */
  async run(): Promise<StepReport> {
    const { stages, seed } = this.settings;
    const { stage, progress } = position(stages, this.step);
    const rate = learningRate(this.settings.learningRate, this.step, progress);
    this.adam.options = { ...this.adam.options, learningRate: rate };
    this.muon.options = { ...this.muon.options, learningRate: MUON_RATE * rate };
    for (let s = this.step; s < Math.min(this.step + AHEAD, this.total); s++) this.request(s);
    const samples = await (this.ahead.get(this.step) as Promise<CorpusSample[]>);
    this.ahead.delete(this.step);
    const batch = this.tensors(samples, stage.size);
    const { total, parts, logits } = this.descend(batch, Random.of(seed, 'pretrain', 'step', this.step));
    const target = batch.patchMask.dataSync() as Float32Array;
    disposeBatch(batch);
    this.step++;
    if (this.step % AVERAGE_EVERY === 0) this.average();
    return { step: this.step, size: stage.size, total, parts, rate, logits, target };
  }

  private request(step: number): void {
    if (this.ahead.has(step)) return;
    const drawn = this.feed.batch(this.settings.stages, step);
    drawn.catch(() => undefined); // an error is reported when the promise is awaited
    this.ahead.set(step, drawn);
  }

  private tensors(samples: readonly CorpusSample[], size: number): PretrainBatch {
    return makeBatch(samples, size, this.settings.architecture.vision_config.patch_size, this.tokenizer);
  }

  /** Computes the gradients, clips them to a norm, and applies the optimisers. */
  private descend(batch: PretrainBatch, random: Random): { total: number; parts: number[]; logits: Float32Array } {
    const { variables } = this.parameters;
    return tf.tidy(() => {
      let kept: { parts: tf.Tensor; logits: tf.Tensor } | undefined;
      const { value, grads } = tf.variableGrads(() => {
        const { total, parts, logits } = this.objective.losses(this.parameters, batch, random);
        kept = { parts: tf.keep(parts), logits: tf.keep(logits) };
        return total;
      }, Object.values(variables));
      const norm = tf.sqrt(tf.sum(tf.square(tf.concat(Object.values(grads).map((g) => tf.reshape(g, [-1]))))));
      const factor: tf.Scalar = tf.minimum(1, tf.div(CLIP_NORM, tf.add(norm, 1e-6)));
      const named = Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, grads[variable.name]]));
      this.adam.apply(named, factor);
      this.muon.apply(named, factor);
      const { parts, logits } = kept as unknown as { parts: tf.Tensor; logits: tf.Tensor };
      const report = {
        total: value.dataSync()[0],
        parts: Array.from(parts.dataSync()),
        logits: logits.dataSync() as Float32Array,
      };
      tf.dispose([parts, logits]);
      return report;
    });
  }

  private average(): void {
    const decay = Math.min(AVERAGE_DECAY, this.step / (this.step + 10 * AVERAGE_EVERY));
    for (const [name, mean] of Object.entries(this.averaged)) {
      tf.tidy(() => mean.assign(tf.add(tf.mul(mean, decay), tf.mul(this.parameters.variables[name], 1 - decay))));
    }
  }

  /** Evaluates the objective once on blank images, so that every variable exists. */
  private touch(): void {
    const { image_size: size } = this.settings.architecture.vision_config;
    const blank = new Uint8Array(size * size);
    const batch = this.tensors([{ image: blank, clean: blank, mask: blank, ground: 'clouds', things: [], caption: 'clouds' }], size);
    const random = Random.of(this.settings.seed, 'pretrain', 'touch');
    for (const variable of tf.tidy(() => {
      this.objective.losses(this.parameters, batch, random);
      return [] as tf.Tensor[];
    }))
      variable.dispose();
    disposeBatch(batch);
  }

  /** Stops the threads and frees the tensors. */
  async dispose(): Promise<void> {
    await this.source.close();
    this.objective.dispose();
    this.adam.dispose();
    this.muon.dispose();
    this.parameters.dispose();
    tf.dispose(Object.values(this.averaged));
  }
}

/**
 * Precision of products in graphs: bfloat16 if the environment allows it (as for single operations)
 * and the processor is fast at it.
 */
function precisionOfProducts(): Precision {
  const fast = cpuFeatures().some((name) => name === 'avx512_bf16' || name === 'amx_bf16');
  return fast && process.env.TF_SET_ONEDNN_FPMATH_MODE === 'BF16' ? 'bfloat16' : 'float32';
}
