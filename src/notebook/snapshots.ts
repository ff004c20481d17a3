import { tf } from '../common/tf';
import type { MediClip } from '../methods/mediclip/mediclip';

/** The learned parameters of a model at one moment of its training. */
interface Snapshot {
  epoch: number;
  values: Record<string, Float32Array>;
}

/**
 * What a model had learned at several moments of its training. Adapters and prompts are small, so
 * they are copied while it learns and looked at when it is done.
 */
export class Snapshots {
  private readonly kept: Snapshot[] = [];

  /** Copies the parameters of a model. */
  keep(epoch: number, { parameters }: MediClip): void {
    const values = Object.entries(parameters).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())] as const);
    this.kept.push({ epoch, values: Object.fromEntries(values) });
  }

  get epochs(): number[] {
    return this.kept.map(({ epoch }) => epoch);
  }

  /**
   * Gives a model the parameters of each moment in turn, and its own ones again at the end.
   * @param model - a model of the same settings
   */
  async replay(model: MediClip, visit: (epoch: number) => void | Promise<void>): Promise<void> {
    const own = new Snapshots();
    own.keep(0, model);
    try {
      for (const snapshot of this.kept) {
        assign(model, snapshot);
        await visit(snapshot.epoch);
      }
    } finally {
      assign(model, own.kept[0]);
    }
  }
}

function assign({ parameters }: MediClip, { values }: Snapshot): void {
  for (const [name, variable] of Object.entries(parameters)) tf.tidy(() => variable.assign(tf.tensor(values[name], variable.shape)));
}
