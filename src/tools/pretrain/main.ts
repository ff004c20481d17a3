import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { Command } from 'commander';
import { tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { messageOf, UserError } from '../../common/errors';
import { writeFileAtomic } from '../../common/node/files';
import { openSafetensors } from '../../common/node/safetensors';
import { formatSeconds } from '../../common/progress';
import { packageVersion } from '../../common/node/version';
import { auroc } from '../../metrics/roc';
import { COMPACT_ARCHITECTURE } from '../../models/architecture';
import { resumePretraining, writePretrainCheckpoint } from './checkpoint';
import { exportModel } from '../../models/export';
import { LOSS_PARTS } from './objective';
import { replan, planStages, position, STAGE_PLAN, type Stage, type StagePlan } from './schedule';
import { PRETRAIN_DEFAULTS, Pretrainer, type PretrainSettings, type StepReport } from './trainer';

interface Options {
  minutes?: string;
  seed: string;
  out: string;
  threads: string;
  resume?: boolean;
  try?: boolean;
  from?: string;
}

/**
 * No step takes this many seconds: the machine or the process was halted, and that time does not
 * count.
 */
const HALTED = 30;
/** Seconds between lines of the log, and between checkpoints. */
const LOG_EVERY = 10;
const SAVE_EVERY = 120;
/** The peak rate of a run that starts from trained weights, as a fraction of the full rate. */
const RATE_FROM = 0.4;

/** The command `npm run pretrain`. */
async function main(): Promise<void> {
  const program = new Command('pretrain')
    .description('Trains the compact CLIP from scratch on generated images and captions.')
    .option('--minutes <n>', 'training time, including all parts of a resumed run (default 45, or as planned for the run)')
    .option('--seed <n>', 'decides initial values and corpus', '1')
    .option('--out <dir>', 'folder for the model, its log and its checkpoint', 'runs/pretrain')
    .option('--threads <n>', 'threads that generate the corpus', '1')
    .option('--try', 'train only at the first, small size, to compare ideas within minutes')
    .option(
      '--from <model>',
      'folder of an earlier run whose weights are the start; they are trained only at the last size and at less than half the rate',
    )
    .option('--resume', 'continue the run in --out with its own settings')
    .parse();
  const options = program.opts<Options>();
  const number = (name: 'minutes' | 'seed' | 'threads', least: number): number => {
    const text = options[name] ?? '45';
    const value = Number(text);
    if (!(value >= least) || (name !== 'minutes' && !Number.isInteger(value)))
      throw new UserError(`--${name} ${text}: expected a number of at least ${least}`, 2);
    return value;
  };
  const checkpoint = path.join(options.out, 'checkpoint.safetensors');
  const threads = number('threads', 0);
  process.env.TF_SET_ONEDNN_FPMATH_MODE ??= 'BF16'; // products in bfloat16 if the processor has them
  await initBackend();
  if (options.resume === true) {
    const { trainer, seconds } = await resumePretraining(checkpoint, threads);
    const { clock, stages } = trainer.settings;
    if (clock && options.minutes !== undefined) {
      clock.minutes = number('minutes', 0.01);
      trainer.replan(replan(stages, planOf(stages), trainer.step, clock.minutes, clock.minutes * 60 - seconds, clock.secondsPerStep));
    }
    return finishAndDispose(trainer, options.out, seconds);
  }
  if (fs.existsSync(checkpoint))
    throw new UserError(`${options.out}: already holds a pretraining run; continue it with --resume, or choose another folder`);
  const minutes = number('minutes', 0.01);
  const weights = options.from === undefined ? undefined : openSafetensors(path.join(options.from, 'model.safetensors'));
  const only = weights ? STAGE_PLAN.slice(-1) : options.try === true ? STAGE_PLAN.slice(0, 1) : undefined;
  const plan = only?.map((stage) => ({ ...stage, share: 1 })) ?? STAGE_PLAN;
  const secondsPerStep = await calibrate(number('seed', 0), threads, plan);
  const stages = planStages(minutes, plan, secondsPerStep);
  const settings = { ...settingsOf(number('seed', 0), stages), clock: { minutes, secondsPerStep } };
  if (weights) Object.assign(settings, { learningRate: RATE_FROM * settings.learningRate, rise: 0 });
  process.stderr.write(
    stages.map((s, i) => `${s.steps} steps of ${s.batchSize} images of ${s.size} px, ${secondsPerStep[i].toFixed(2)} s each\n`).join(''),
  );
  const trainer = await Pretrainer.create(settings, threads);
  if (weights) trainer.startFrom(weights);
  return finishAndDispose(trainer, options.out, 0);
}

async function finishAndDispose(trainer: Pretrainer, out: string, seconds: number): Promise<void> {
  try {
    await finish(trainer, out, seconds);
  } finally {
    await trainer.dispose();
  }
}

/** The plan of the stages of a run: all of them, or the one that it has. */
function planOf(stages: readonly Stage[]): readonly StagePlan[] {
  return STAGE_PLAN.filter((plan) => stages.some(({ size, batchSize }) => size === plan.size && batchSize === plan.batchSize));
}

function settingsOf(seed: number, stages: Stage[]): PretrainSettings {
  return { ...PRETRAIN_DEFAULTS, seed, architecture: COMPACT_ARCHITECTURE, stages };
}

/** Measures the seconds per step at each size with a few steps. */
async function calibrate(seed: number, threads: number, plan: readonly StagePlan[]): Promise<number[]> {
  const seconds: number[] = [];
  for (const { size, batchSize } of plan) {
    const settings = settingsOf(seed, [{ size, batchSize, steps: 8 }]);
    const trainer = await Pretrainer.create(settings, threads);
    for (let i = 0; i < 3; i++) await trainer.run();
    const started = performance.now();
    for (let i = 0; i < 4; i++) await trainer.run();
    seconds.push((performance.now() - started) / 4000);
    await trainer.dispose();
  }
  return seconds;
}

/**
 * Fits the remaining steps to the remaining time at the speed since `since`, unless a stage has
 * ended in between.
 */
function keepTime(trainer: Pretrainer, since: { step: number; seconds: number }, now: number): void {
  const { stages, clock } = trainer.settings;
  if (!clock || position(stages, since.step).stage !== position(stages, trainer.step).stage) return;
  const stage = stages.indexOf(position(stages, trainer.step).stage);
  const slower = (now - since.seconds) / (trainer.step - since.step) / clock.secondsPerStep[stage];
  const pace = clock.secondsPerStep.map((s) => s * slower);
  trainer.replan(replan(stages, planOf(stages), trainer.step, clock.minutes, clock.minutes * 60 - now, pace));
}

/** Trains to the end or until Ctrl-C, and writes the log, the checkpoint and the model. */
async function finish(trainer: Pretrainer, out: string, secondsBefore: number): Promise<void> {
  fs.mkdirSync(out, { recursive: true });
  const checkpoint = path.join(out, 'checkpoint.safetensors');
  const log = new TrainingLog(path.join(out, 'training-log.csv'), trainer.step);
  let worked = secondsBefore;
  let stop = false;
  const ask = (): void => void (stop = true);
  process.once('SIGINT', ask).once('SIGTERM', ask);
  let logged = -Infinity;
  let saved = { step: trainer.step, seconds: worked };
  while (trainer.step < trainer.total && !stop) {
    await eventLoopTurn(); // otherwise signals wait while worker threads keep sending
    const started = performance.now();
    log.add(await trainer.run());
    const took = (performance.now() - started) / 1000;
    if (took < HALTED) worked += took;
    const last = trainer.step === trainer.total;
    if (worked - logged >= LOG_EVERY || last) {
      const { progress } = position(trainer.settings.stages, trainer.step);
      const left = progress > 0 ? formatSeconds((worked / progress) * (1 - progress)) : '?';
      process.stderr.write(`${log.line(worked)}  step ${trainer.step}/${trainer.total}, ${left} left, ${tf.memory().numTensors} tensors\n`);
      logged = worked;
    }
    if (worked - saved.seconds >= SAVE_EVERY && !last) {
      keepTime(trainer, saved, worked);
      writePretrainCheckpoint(checkpoint, trainer, worked);
      saveModel(trainer, out, worked);
      saved = { step: trainer.step, seconds: worked };
    }
  }
  process.removeListener('SIGINT', ask).removeListener('SIGTERM', ask);
  writePretrainCheckpoint(checkpoint, trainer, worked);
  saveModel(trainer, out, worked);
  process.stderr.write(
    trainer.step < trainer.total
      ? `stopped after step ${trainer.step} of ${trainer.total}; continue with --resume --out ${out}\n`
      : `${out}: trained in ${formatSeconds(worked)}\n`,
  );
}

function saveModel(trainer: Pretrainer, out: string, seconds: number): void {
  const { settings, step, vocabulary, averaged } = trainer;
  const { seed, architecture, stages } = settings;
  exportModel(out, architecture, averaged, vocabulary, seed, {
    program: `mediclip-notebooks ${packageVersion()}`,
    seed: String(seed),
    steps: String(step),
    seconds: seconds.toFixed(0),
    stages: JSON.stringify(stages),
  });
}

/** Means over the steps since the last line, as a line on the screen and a row of a table. */
class TrainingLog {
  private rows: string[];
  private since: StepReport[] = [];

  constructor(
    private readonly file: string,
    step: number,
  ) {
    const header = ['step', 'seconds', 'size', 'rate', 'total', ...LOSS_PARTS, 'patch_auroc'].join(',');
    const before = step > 0 && fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
    this.rows = [header, ...before.filter((row) => Number(row.split(',')[0]) <= step)];
  }

  add(report: StepReport): void {
    this.since.push(report);
  }

  line(seconds: number): string {
    const last = this.since[this.since.length - 1];
    const mean = (of: (report: StepReport) => number): number => this.since.reduce((sum, r) => sum + of(r), 0) / this.since.length;
    const total = mean((r) => r.total);
    const parts = LOSS_PARTS.map((_, i) => mean((r) => r.parts[i]));
    if (!Number.isFinite(total)) throw new UserError(`step ${last.step}: the loss is ${total}`);
    const patches = this.since.flatMap(({ target, logits }) => [...target].map((t, i) => ({ t, z: logits[i] })));
    const sure = patches.filter(({ t }) => t === 0 || t > 0.5);
    const area = auroc(
      sure.map(({ z }) => z),
      sure.map(({ t }) => (t > 0 ? 1 : 0)),
    );
    this.since = [];
    const figures = [total, ...parts].map((v) => v.toFixed(4));
    this.rows.push([last.step, seconds.toFixed(1), last.size, last.rate.toExponential(3), ...figures, area?.toFixed(4) ?? ''].join(','));
    writeFileAtomic(this.file, this.rows.join('\n') + '\n');
    return `${last.size} px  loss ${figures[0]} (${LOSS_PARTS.map((name, i) => `${name} ${parts[i].toFixed(3)}`).join(', ')})  patch AUROC ${area?.toFixed(3) ?? '-'}`;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof UserError ? `error: ${error.message}\n` : `${error instanceof Error ? error.stack : messageOf(error)}\n`,
  );
  process.exitCode = error instanceof UserError ? error.exitCode : 1;
});
