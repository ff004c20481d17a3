import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { mean } from '../common/averages';
import { tf } from '../common/tf';
import { Interrupted, UserError } from '../common/errors';
import type { Dataset, Sample } from '../datasets/layout';
import type { CountedImages } from '../datasets/leaks';
import { Adam } from '../methods/mediclip/adam';
import { LOSS_NAMES, weightedSum, type LossName } from '../methods/mediclip/losses';
import type { MediClip } from '../methods/mediclip/mediclip';
import { MediClipScorer } from '../methods/mediclip/mediclip-scorer';
import { imageMetrics, pixelMetrics } from '../metrics/metrics';
import { loadAbnormalShots } from '../datasets/abnormal-shots';
import { MASK_RULES } from '../datasets/sample-mask';
import { BatchSource } from './batches';
import { readCheckpoint, writeCheckpoint, type CheckpointState } from './checkpoint';
import type { TrainingConfig } from './config';
import { evaluate, labelsOf, writeEvaluation, type Metrics } from './evaluate';
import type { FeatureStore } from './feature-store';
import type { HistoryRow, RunFolder, RunRecord } from './run-folder';
import { writeStart, type RunStart } from './run-start';
import { buildModel } from './session';
import type { Pieces } from './pieces';
import { predictionsAt, scoreStored, scoreTestSet, testFeatures, testPieces, type Predictions, type TestSet } from './score';
import { loadSupportPieces } from './support-pieces';
import { loadTestMasks } from './test-masks';
import type { TrainOptions, TrainResult } from './train-options';
import { TrainingFeatures } from './training-features';
import { viewOf } from './view';

/** Trains adapters and prompts, from the start or from the checkpoint of the run. */
export async function learn(start: RunStart, options: TrainOptions): Promise<TrainResult> {
  const { folder, resumed, record, dataset, counted, support, abnormal, backbone } = start;
  const { config } = record;
  const model = buildModel(backbone, config);
  const adam = new Adam(model.parameters, config.optimizer);
  try {
    const begin: CheckpointState = { epoch: 0, generator: { seed: config.seed, nextEpoch: 1 }, best: null };
    if (!resumed) {
      // the record comes last: a folder with a record can be resumed
      writeCheckpoint(folder.file('checkpoint.safetensors'), model, adam, begin);
      writeStart(start);
    }
    const state = readCheckpoint(folder.file('checkpoint.safetensors'), model, config, adam);
    const { images: pieces, counts } = await loadSupportPieces(support, config);
    const run = new Run(options, folder, record, dataset, counted, model, adam, state);
    const shots = await loadAbnormalShots(abnormal, viewOf(config), MASK_RULES[config.protocol]);
    const bare = shots.filter(({ mask }) => !mask).length;
    if (bare > 0) options.onNote?.(`${bare} of ${shots.length} abnormal shots have no mask; their image scores are learned`);
    const source = new BatchSource(pieces, config, state.epoch + 1, options.threads, { counts, abnormal: shots });
    const features = new TrainingFeatures(source, model, config.syntheticBank ?? 0);
    try {
      await run.epochs(features);
      return { record, history: run.history, metrics: await run.finish() };
    } finally {
      features.dispose();
      await source.close();
      run.dispose();
    }
  } finally {
    adam.dispose();
    model.dispose();
  }
}

/** The state of one training run. */
class Run {
  readonly history: HistoryRow[];
  private encoded?: { store: FeatureStore; pieces: Pieces };
  private masks: Uint8Array | null = null;
  private readonly config: TrainingConfig;

  constructor(
    private readonly options: TrainOptions,
    private readonly folder: RunFolder,
    private readonly record: RunRecord,
    private readonly dataset: Dataset,
    private readonly counted: CountedImages,
    private readonly model: MediClip,
    private readonly adam: Adam,
    private state: CheckpointState,
  ) {
    this.config = record.config;
    this.history = folder.readHistory().slice(0, state.epoch); // the history is written before the checkpoint, and may be one epoch ahead
    if (this.history.length < state.epoch) {
      const file = folder.file('history.csv');
      throw new UserError(`${file}: has ${this.history.length} epochs, but the checkpoint has ${state.epoch}; restore the whole file`);
    }
  }

  /** Trains all remaining epochs. */
  async epochs(features: TrainingFeatures): Promise<void> {
    const { epochs, protocol, watch } = this.config;
    for (let epoch = this.state.epoch + 1; epoch <= epochs; epoch++) {
      const started = performance.now();
      const losses = await this.steps(features, epoch);
      const looks = protocol === 'paper' || (watch > 0 && (epoch % watch === 0 || epoch === epochs));
      const seen = looks && this.dataset.test.length > 0 ? await this.validate() : { imageAuroc: null, pixelAuroc: null };
      const seconds = (performance.now() - started) / 1000;
      const row: HistoryRow = { epoch, ...losses, total: weightedSum(losses, this.config.losses), ...seen, seconds };
      this.history.push(row);
      this.save(row);
      await this.options.onEpoch?.(row, this.model);
      this.options.onProgress?.({
        phase: 'training',
        done: epoch,
        total: epochs,
        note: `loss ${row.total.toFixed(4)}${row.imageAuroc === null ? '' : `  test AUROC ${row.imageAuroc.toFixed(4)}`}`,
      });
    }
  }

  /** Runs the steps of one epoch. Losses are read back once, at its end. */
  private async steps(features: TrainingFeatures, epoch: number): Promise<Record<LossName, number>> {
    const losses: tf.Tensor1D[] = [];
    for (let step = 0; step < features.stepsPerEpoch; step++) {
      await eventLoopTurn(); // otherwise signals wait while worker threads keep sending
      if (this.options.signal?.aborted) {
        tf.dispose(losses);
        throw new Interrupted(`stopped after epoch ${epoch - 1} of ${this.config.epochs}; it is saved in ${this.folder.dir}`);
      }
      await features.withBatch(epoch, step, ({ tokens, mask }) => {
        const { losses: parts, gradients } = this.model.gradients(tokens, mask, this.config.losses, this.config.score);
        this.adam.apply(gradients);
        losses.push(parts);
        tf.dispose(gradients);
      });
    }
    const mean = tf.tidy(() => tf.mean(tf.stack(losses), 0));
    const values = await mean.data();
    tf.dispose([losses, mean]);
    const broken = values.find((value) => !Number.isFinite(value));
    if (broken !== undefined) throw new UserError(`epoch ${epoch}: the loss is ${broken}; try a smaller optimizer.learningRate`);
    return Object.fromEntries(LOSS_NAMES.map((name, i) => [name, values[i]])) as Record<LossName, number>;
  }

  /** The counted test images. */
  private get tested(): Sample[] {
    return this.counted.places.map((i) => this.dataset.test[i]);
  }

  private get testSet(): TestSet {
    return { dataset: this.dataset, identity: this.record, view: viewOf(this.config), folder: this.folder.dir };
  }

  /** The predictions of the current parameters for the whole test set; its features stay stored. */
  private async predictions(): Promise<Predictions> {
    const scorer = new MediClipScorer(this.model, this.config.score);
    try {
      if (this.encoded) return scoreStored(scorer, this.encoded.store, this.encoded.pieces);
      return await scoreTestSet(scorer, this.testSet, this.options);
    } finally {
      scorer.dispose();
    }
  }

  /** Encodes the test set before it is scored for the first of many times. */
  private async prepareTest(): Promise<void> {
    if (this.encoded) return;
    const { imageSize, protocol, fit } = this.config;
    const pieces = await testPieces(this.testSet);
    this.encoded = { store: await testFeatures(this.model, pieces, this.testSet, this.options), pieces };
    this.masks = (await loadTestMasks(this.tested, imageSize, protocol, fit)).masks;
  }

  /** Test AUROC of the current parameters for images and, if all masks are known, for pixels. */
  private async validate(): Promise<{ imageAuroc: number | null; pixelAuroc: number | null }> {
    await this.prepareTest();
    const test = this.tested;
    const size = this.config.imageSize;
    const { scores, maps } = predictionsAt(await this.predictions(), this.counted.places);
    const { imageAuroc } = imageMetrics(scores, labelsOf(test));
    return { imageAuroc, pixelAuroc: this.masks && maps ? pixelMetrics(maps, this.masks, test.length, size, size).pixelAuroc : null };
  }

  /**
   * Writes checkpoint and history; under `paper` also the best epoch so far, by the mean of the
   * metrics as published. If no metric is defined, there is no criterion, and the last epoch
   * counts.
   */
  private save(row: HistoryRow): void {
    const { protocol, seed } = this.config;
    const seen = [row.imageAuroc, row.pixelAuroc].filter((m): m is number => m !== null);
    const metric = seen.length > 0 ? mean(seen) : null;
    const best = this.state.best?.metric ?? null;
    const improved = protocol === 'paper' && (metric === null || best === null || metric > best);
    if (improved && metric === null && row.epoch === 1) {
      this.options.onNote?.('protocol paper: the test set defines no AUROC by which to choose an epoch; the last one will count');
    }
    const kept = improved ? { epoch: row.epoch, metric } : this.state.best;
    this.state = { epoch: row.epoch, generator: { seed, nextEpoch: row.epoch + 1 }, best: kept };
    this.folder.writeHistory(this.history);
    if (improved) writeCheckpoint(this.folder.file('best.safetensors'), this.model, this.adam, this.state);
    writeCheckpoint(this.folder.file('checkpoint.safetensors'), this.model, this.adam, this.state);
  }

  /** Scores the test set with the epoch that counts, and writes metrics and predictions. */
  async finish(): Promise<Metrics | null> {
    const { dataset, counted, config, folder, model } = this;
    if (dataset.test.length === 0) return null;
    const { protocol, seed, fit } = config;
    const epoch = protocol === 'paper' ? readCheckpoint(folder.file('best.safetensors'), model, config).epoch : this.state.epoch;
    const context = { dataset, hash: this.record.dataset.hash, counted, epoch, protocol, seed, fit };
    const { metrics, predictions, samples } = await evaluate(await this.predictions(), config.imageSize, context);
    writeEvaluation(folder.dir, metrics, samples, predictions.scores);
    return metrics;
  }

  dispose(): void {
    this.encoded?.store.dispose();
  }
}
