import { z } from 'zod';
import { UserError } from '../common/errors';
import { tf } from '../common/backend';
import { SafetensorsFile, writeSafetensors, type NamedArray } from '../common/safetensors';
import type { Adam } from '../methods/mediclip/adam';
import type { MediClip } from '../methods/mediclip/mediclip';

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

const count = z.number().int().nonnegative();
const stateSchema = z.object({
  epoch: count,
  step: count,
  generator: z.object({ seed: z.number(), nextEpoch: count }),
  best: z.object({ epoch: count, metric: z.number().nullable() }).nullable(),
});

/**
 * Loads a checkpoint into a model and, where training goes on, its optimiser.
 * @throws UserError where the file is damaged, or belongs to another configuration or model
 */
export function readCheckpoint(file: string, model: MediClip, adam?: Adam): CheckpointState {
  const saved = SafetensorsFile.open(file);
  const { step, ...state } = readState(saved);
  const read = (name: string, shape: number[]): tf.Tensor => {
    const array = saved.read(name);
    if (array.shape.join() !== shape.join() || !(array.data instanceof Float32Array)) {
      throw new UserError(
        `${file}: ${name} has shape [${array.shape.join(', ')}], this run's configuration and model ask for [${shape.join(', ')}]; it is of another run`,
      );
    }
    return tf.tensor(array.data, shape, 'float32');
  };
  for (const [name, variable] of Object.entries(model.parameters)) tf.tidy(() => variable.assign(read(name, variable.shape)));
  adam?.restore(step, read);
  return state;
}

/** Epochs that are finished by a checkpoint. */
export function trainedEpochs(file: string): number {
  return readState(SafetensorsFile.open(file)).epoch;
}

function readState({ file, metadata }: SafetensorsFile): CheckpointState & { step: number } {
  try {
    return stateSchema.parse(JSON.parse(metadata.state)) as CheckpointState & { step: number };
  } catch {
    throw new UserError(`${file}: not a checkpoint of this program (its state is missing or damaged)`);
  }
}
