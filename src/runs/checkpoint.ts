import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { tf } from '../common/tf';
import { openSafetensors, writeSafetensors } from '../common/node/safetensors';
import type { SafetensorsFile, NamedArray } from '../common/safetensors';
import type { Adam } from '../methods/mediclip/adam';
import type { MediClip } from '../methods/mediclip/mediclip';
import type { TrainingConfig } from './config';

/** The state in a checkpoint besides its tensors. */
export interface CheckpointState {
  /** Number of finished epochs. */
  epoch: number;
  /**
   * State of the random numbers. Every draw is keyed by seed, epoch and position, so these two
   * numbers are the whole state.
   */
  generator: { seed: number; nextEpoch: number };
  /**
   * The best epoch by test metric so far (protocol `paper`); the last one if no metric is defined.
   */
  best: { epoch: number; metric: number | null } | null;
}

/**
 * Writes adapters, contexts, Adam's state and the generator's state: enough to continue exactly.
 * @throws UserError if one of the numbers is not finite; the file then stays unchanged
 */
export function writeCheckpoint(file: string, model: MediClip, adam: Adam, state: CheckpointState): void {
  const { step, arrays: moments } = adam.state();
  const parameters = Object.entries(model.parameters).map(([name, tensor]): [string, NamedArray] => [
    name,
    { shape: tensor.shape, data: tensor.dataSync() as Float32Array },
  ]);
  const arrays = [...parameters, ...moments];
  const diverged = arrays.find(([, { data }]) => !(data as Float32Array).every(Number.isFinite));
  if (diverged) throw new UserError(`epoch ${state.epoch}: ${diverged[0]} is no longer finite; try a smaller optimizer.learningRate`);
  writeSafetensors(file, arrays, { format: 'mediclip-run', state: JSON.stringify({ ...state, step }) });
}

const count = z.number().int().nonnegative().safe();
const stateSchema = z.object({
  epoch: count,
  step: count,
  generator: z.object({ seed: count, nextEpoch: count }),
  best: z.object({ epoch: count, metric: z.number().min(0).max(1).nullable() }).nullable(),
});
type SavedState = CheckpointState & { step: number };

/** The settings with which a checkpoint must agree. */
export type CheckpointConfig = Pick<TrainingConfig, 'seed' | 'epochs' | 'shots' | 'batchSize'> &
  Partial<Pick<TrainingConfig, 'abnormalShots'>>;

/**
 * Loads a checkpoint into a model and, to continue training, into its optimiser.
 * @param config - configuration of the run
 * @throws UserError if the file is damaged, or belongs to another configuration or model
 */
export function readCheckpoint(file: string, model: MediClip, config: CheckpointConfig, adam?: Adam): CheckpointState {
  const saved = openSafetensors(file);
  const { step, ...state } = checkState(readState(saved), config, file);
  const read = (name: string, shape: number[]): tf.Tensor => {
    const array = saved.read(name);
    if (array.shape.join() !== shape.join() || !(array.data instanceof Float32Array)) {
      throw new UserError(
        `${file}: ${name} has shape [${array.shape.join(', ')}], but configuration and model of this run require [${shape.join(', ')}]; it belongs to another run`,
      );
    }
    const negative = name.startsWith('adam.v.'); // means of squares
    const wrong = array.data.findIndex((value) => !Number.isFinite(value) || (negative && value < 0));
    if (wrong >= 0) throw new UserError(`${file}: ${name}: number ${wrong} is ${array.data[wrong]}; the file is damaged`);
    return tf.tensor(array.data, shape, 'float32');
  };
  for (const [name, variable] of Object.entries(model.parameters)) tf.tidy(() => variable.assign(read(name, variable.shape)));
  adam?.restore(step, read);
  return state;
}

/** The number of finished epochs in a checkpoint. */
export function trainedEpochs(file: string): number {
  return readState(openSafetensors(file)).epoch;
}

function readState({ file, metadata }: SafetensorsFile): SavedState {
  let state: unknown;
  try {
    state = JSON.parse(metadata.state);
  } catch {
    throw new UserError(`${file}: is not a checkpoint of this program (its state is missing or damaged)`);
  }
  return checked(stateSchema, state, file, 'not a checkpoint of this program, or damaged') as SavedState;
}

/**
 * @throws UserError if the counts of a state contradict each other or the configuration of the run
 */
function checkState(state: SavedState, { seed, epochs, shots, abnormalShots = 0, batchSize }: CheckpointConfig, file: string): SavedState {
  const { epoch, step, generator, best } = state;
  const expected: [key: string, value: number, wanted: number][] = [
    ['generator.seed', generator.seed, seed],
    ['generator.nextEpoch', generator.nextEpoch, epoch + 1],
    ['step', step, epoch * Math.ceil((shots + abnormalShots) / batchSize)],
    ['epoch', epoch, Math.min(epoch, epochs)],
    ['best.epoch', best?.epoch ?? 0, Math.min(best?.epoch ?? 0, epoch)],
  ];
  const wrong = expected.find(([, value, wanted]) => value !== wanted);
  if (!wrong) return state;
  const [key, value, wanted] = wrong;
  throw new UserError(
    `${file}: ${key} is ${value}, but by the configuration of the run it would be ${wanted}; the file is damaged or belongs to another run`,
  );
}
