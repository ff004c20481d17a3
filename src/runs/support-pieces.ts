import { Random } from '../common/random';
import { UserError } from '../common/errors';
import type { Sample } from '../datasets/layout';
import type { GrayImage } from '../image/image';
import { decodeFile } from '../image/node/decode';
import { toPlacedGray } from '../image/node/load';
import { MINIMUM_SIDE } from '../synthesis/tasks';
import { placedIn, type ChoosePieces } from './pieces';
import type { TrainingConfig } from './config';
import { viewOf } from './view';

/** The most tiles of a support image that a run learns from. */
const MOST_TILES = 16;

/** The tiles of each support image that a run learns from: all, or a draw of them by its seed. */
export function chosenTiles(seed: number): ChoosePieces {
  return (placements, image) => {
    if (placements.length <= MOST_TILES) return placements;
    const drawn = Random.of(seed, 'tiles', image).shuffle(placements.map((_, i) => i));
    return drawn
      .slice(0, MOST_TILES)
      .sort((a, b) => a - b)
      .map((i) => placements[i]);
  };
}

/** The images that training alters. */
export interface SupportPieces {
  /** Grey, without border: their sides are at most S pixels. */
  images: GrayImage[];
  /** Number of pieces of each support image, which lie one after another. */
  counts: number[];
}

/**
 * The support set as training sees it: each image as one piece, or its {@link chosenTiles}.
 * Anomalies are drawn on these pieces, and the border is added afterwards, so that no anomaly lies
 * on it.
 * @throws UserError if an image cannot be read, or too little of it is left in its square
 */
export async function loadSupportPieces(samples: readonly Sample[], config: TrainingConfig): Promise<SupportPieces> {
  const choose = chosenTiles(config.seed);
  const loaded = await Promise.all(
    samples.map(async ({ file }, i) => {
      const decoded = await decodeFile(file);
      const { width, height } = decoded.raster;
      return choose(placedIn(file, width, height, viewOf(config)), i).map((placement) => {
        const { width: across, height: down } = placement.filled;
        if (Math.min(across, down) < MINIMUM_SIDE) {
          throw new UserError(
            `${file}: ${width} x ${height} pixels become ${across} x ${down} without distortion; at least ${MINIMUM_SIDE} x ${MINIMUM_SIDE} are needed: use fit stretch or crop`,
          );
        }
        return toPlacedGray(decoded, placement);
      });
    }),
  );
  return { images: loaded.flat(), counts: loaded.map((own) => own.length) };
}
