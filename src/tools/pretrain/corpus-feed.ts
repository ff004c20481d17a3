import { Random } from '../../common/random';
import { anotherView } from './another-view';
import type { CorpusSample } from './corpus';
import type { CorpusSource } from './corpus-source';
import { difficultyAt, position, type Stage } from './schedule';

/**
 * Part of a batch whose pictures are new. Drawing a picture takes as long as learning from it, so
 * the others come back in another view.
 */
const NEW_SHARE = 1 / 4;
/** A picture can come back within so many steps. */
const REACH = 128;
/** All pictures are new in so many first steps of a stage. */
const FIRST_STEPS = 8;
/** Numbers of pictures that a step has for itself. */
const NUMBERS = 1024;

/** Which pictures a batch shows: some new ones, and others that were new in earlier steps. */
export function picturesOf(stages: readonly Stage[], step: number, seed: number): { index: number; again: boolean }[] {
  const { stage, start } = position(stages, step);
  const newAt = (s: number): number => (s < start + FIRST_STEPS ? stage.batchSize : Math.ceil(NEW_SHARE * stage.batchSize));
  const random = Random.of(seed, 'pretrain', 'again', step);
  return Array.from({ length: stage.batchSize }, (_, i) => {
    if (i < newAt(step)) return { index: step * NUMBERS + i, again: false };
    const before = random.integer(Math.max(start, step - REACH), step);
    return { index: before * NUMBERS + random.integer(0, newAt(before)), again: true };
  });
}

/**
 * The batches of a run. The same step gives the same batch, also in a resumed run of the same stages.
 */
export class CorpusFeed {
  private readonly drawn = new Map<number, Promise<CorpusSample>>();

  /** @param rise - as in {@link difficultyAt} */
  constructor(
    private readonly source: CorpusSource,
    private readonly seed: number,
    private readonly rise: number,
  ) {}

  /** The pictures of a step, in order; call it ahead of time to have them ready. */
  async batch(stages: readonly Stage[], step: number): Promise<CorpusSample[]> {
    const { size } = position(stages, step).stage;
    const views = picturesOf(stages, step, this.seed).map(async ({ index, again }, i) => {
      const picture = await this.picture(stages, index, size);
      return again ? anotherView(picture, size, Random.of(this.seed, 'pretrain', 'view', step, i)) : picture;
    });
    for (const index of this.drawn.keys()) if (index < (step - REACH) * NUMBERS) this.drawn.delete(index);
    return Promise.all(views);
  }

  private picture(stages: readonly Stage[], index: number, size: number): Promise<CorpusSample> {
    const known = this.drawn.get(index);
    if (known) return known;
    const { progress } = position(stages, Math.floor(index / NUMBERS));
    const drawn = this.source.draw(index, size, difficultyAt(progress, this.rise));
    drawn.catch(() => undefined); // an error is reported when the batch is awaited
    this.drawn.set(index, drawn);
    return drawn;
  }
}
