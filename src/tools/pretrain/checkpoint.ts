import { UserError } from '../../common/errors';
import { tf } from '../../common/tf';
import { openSafetensors, writeSafetensors } from '../../common/node/safetensors';
import type { NamedArray } from '../../common/safetensors';
import { Pretrainer, type PretrainSettings } from './trainer';

/**
 * Writes variables, averaged weights, the optimisers' states and settings: enough to continue
 * exactly.
 */
export function writePretrainCheckpoint(file: string, trainer: Pretrainer, seconds: number): void {
  const { step: adamStep, arrays: moments } = trainer.adam.state();
  const averaged = Object.fromEntries(Object.entries(trainer.averaged).map(([name, mean]) => [`averaged.${name}`, mean]));
  const tensors = Object.entries({ ...trainer.parameters.variables, ...averaged, ...trainer.muon.state() }).map(
    ([name, tensor]): [string, NamedArray] => [name, { shape: tensor.shape, data: tensor.dataSync() as Float32Array }],
  );
  const state = { step: trainer.step, adamStep, seconds, settings: trainer.settings };
  writeSafetensors(file, [...tensors, ...moments], { format: 'mediclip-pretrain', state: JSON.stringify(state) });
}

/** Resumes pretraining where its checkpoint was written. */
export async function resumePretraining(file: string, threads?: number): Promise<{ trainer: Pretrainer; seconds: number }> {
  const saved = openSafetensors(file);
  let state: { step: number; adamStep: number; seconds: number; settings: PretrainSettings };
  try {
    state = JSON.parse(saved.metadata.state ?? '') as typeof state;
  } catch {
    throw new UserError(`${file}: is not a checkpoint of pretraining (its state is missing)`);
  }
  const trainer = await Pretrainer.create(state.settings, threads);
  const read = (name: string, shape: number[]): tf.Tensor => {
    const array = saved.read(name);
    if (array.shape.join() !== shape.join())
      throw new UserError(`${file}: ${name} has shape [${array.shape.join(', ')}], expected [${shape.join(', ')}]`);
    return tf.tensor(array.data as Float32Array, shape, 'float32');
  };
  for (const [name, variable] of Object.entries(trainer.parameters.variables)) tf.tidy(() => variable.assign(read(name, variable.shape)));
  for (const [name, mean] of Object.entries(trainer.averaged)) tf.tidy(() => mean.assign(read(`averaged.${name}`, mean.shape)));
  trainer.adam.restore(state.adamStep, read);
  trainer.muon.restore(read);
  trainer.step = state.step;
  return { trainer, seconds: state.seconds };
}
