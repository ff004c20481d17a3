import { tf } from '../common/tf';
import { type LongRun, stopIfAsked } from '../common/progress';
import type { Sample } from '../datasets/layout';
import { createDetector } from '../methods/registry';
import { encodeSupport } from './fit';
import type { LoadedRun } from './load';
import { filesOf, Pieces } from './pieces';
import { scoreImages, scoreOf, type Predictions } from './score';

/**
 * Predictions for the support set of a method without epochs, which would know its own images: each
 * image is scored after a fit to the images of other parts, and by all of its tiles.
 * @param parts - number of fits; image i belongs to part i mod `parts`
 */
export async function* scoreApart(
  { backbone, record, view, scorer }: LoadedRun,
  support: readonly Sample[],
  parts: number,
  { phase, ...options }: LongRun & { phase: string },
): AsyncGenerator<Predictions> {
  const { features, pieces } = await encodeSupport(support, scorer, record.config, {});
  try {
    for (let part = 0; part < parts; part++) {
      stopIfAsked(options);
      options.onProgress?.({ phase, done: part, total: parts });
      const of = (inside: boolean): tf.Tensor3D[] => {
        const all = Array.from({ length: pieces.count }, (_, piece) => piece);
        const chosen = all.filter((piece) => ((pieces.at(piece)?.image ?? piece) % parts === part) === inside);
        return features.map((layer) => tf.tidy(() => tf.gather(layer, tf.tensor1d(chosen, 'int32'))));
      };
      const detector = createDetector(backbone, record.config, record.dataset.name);
      const [fitted, left] = [of(false), of(true)];
      try {
        detector.fit(fitted);
        if (pieces.at(0)) {
          const files = support.filter((_, i) => i % parts === part).map(({ file }) => file);
          yield await scoreImages(await Pieces.of(filesOf(files), view), detector, { signal: options.signal });
        } else {
          yield scoreOf(detector, left);
        }
      } finally {
        tf.dispose([fitted, left]);
        detector.dispose();
      }
    }
  } finally {
    tf.dispose(features);
  }
}
