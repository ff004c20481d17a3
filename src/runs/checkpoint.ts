import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { tf } from '../common/tf';
import { openSafetensors, writeSafetensors } from '../common/node/safetensors';
import type { SafetensorsFile, NamedArray } from '../common/safetensors';
import type { Adam } from '../methods/mediclip/adam';
import type { MediClip } from '../methods/mediclip/mediclip';
import type { TrainingConfig } from './config';

/** What a checkpoint says besides its tensors. */
export interface CheckpointState {
  /** Epochs that are finished. */
  epoch: number;
  /**
   * State of the random numbers: every draw is keyed by seed, epoch and position, so that these two numbers are all
   * there is to it.
   */
  generator: { seed: number; nextEpoch: number };
  /** The best epoch by test metric so far (protocol `paper`); the last where no metric is defined. */
  best: { epoch: number; metric: number | null } | null;
}

/**
 * Writes adapters, contexts, Adam's state and the generator's: enough to go on exactly.
 * @throws UserError where a number among them is not finite; the file stays as it was
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

/** What a checkpoint must agree with. */
export type CheckpointConfig = Pick<TrainingConfig, 'seed' | 'epochs' | 'shots' | 'batchSize'>;

/**
 * Loads a checkpoint into a model and, where training goes on, its optimiser.
 * @param config - of the run
 * @throws UserError where the file is damaged, or belongs to another configuration or model
 */
export function readCheckpoint(file: string, model: MediClip, config: CheckpointConfig, adam?: Adam): CheckpointState {
  const saved = openSafetensors(file);
  const { step, ...state } = checkState(readState(saved), config, file);
  const read = (name: string, shape: number[]): tf.Tensor => {
    const array = saved.read(name);
    if (array.shape.join() !== shape.join() || !(array.data instanceof Float32Array)) {
      throw new UserError(
        `${file}: ${name} has shape [${array.shape.join(', ')}], this run's configuration and model ask for [${shape.join(', ')}]; it is of another run`,
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

/** Epochs that are finished by a checkpoint. */
export function trainedEpochs(file: string): number {
  return readState(openSafetensors(file)).epoch;
}

function readState({ file, metadata }: SafetensorsFile): SavedState {
  let state: unknown;
  try {
    state = JSON.parse(metadata.state);
  } catch {
    throw new UserError(`${file}: not a checkpoint of this program (its state is missing or damaged)`);
  }
  return checked(stateSchema, state, file, 'not a checkpoint of this program, or damaged') as SavedState;
}

/** @throws UserError where the counts of a state contradict each other or the run's configuration */
function checkState(state: SavedState, { seed, epochs, shots, batchSize }: CheckpointConfig, file: string): SavedState {
  const { epoch, step, generator, best } = state;
  const expected: [key: string, value: number, wanted: number][] = [
    ['generator.seed', generator.seed, seed],
    ['generator.nextEpoch', generator.nextEpoch, epoch + 1],
    ['step', step, epoch * Math.ceil(shots / batchSize)],
    ['epoch', epoch, Math.min(epoch, epochs)],
    ['best.epoch', best?.epoch ?? 0, Math.min(best?.epoch ?? 0, epoch)],
  ];
  const wrong = expected.find(([, value, wanted]) => value !== wanted);
  if (!wrong) return state;
  const [key, value, wanted] = wrong;
  throw new UserError(`${file}: ${key} is ${value}, by the run's configuration it would be ${wanted}; it is damaged, or of another run`);
}
