import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { Random } from '../common/random';
import { patientOf, type Dataset } from '../datasets/layout';
import { imageHash } from '../image/node/image-identity';
import { leastForAlarms } from '../metrics/conformal';
import { FALSE_ALARMS } from './calibrate';

/**
 * A data set without the training images that a run keeps for its threshold: a random share of
 * them, of patients as a whole if the data set names patients. Copies of an image stay with it.
 * @param share - of the training images, in (0, 1)
 * @throws UserError if that share is too few for a threshold
 */
export function withoutReserve(dataset: Dataset, share: number, seed: number): Dataset {
  const { dir, train } = dataset;
  const wanted = Math.round(share * train.length);
  const least = leastForAlarms(FALSE_ALARMS);
  if (wanted < least) {
    throw new UserError(
      `--calibrate ${share}: of ${train.length} training images in ${dir} these are ${wanted}, but 5 % false alarms need at least ${least}; ` +
        'keep a larger share, or calibrate the run with further images: mediclip calibrate --normal',
      2,
    );
  }
  const units = [...groupByKey(train, (sample) => patientOf(sample) ?? imageHash(sample.file)).values()];
  const kept = new Set<string>();
  for (const unit of Random.of(seed, 'calibration').shuffle(units)) {
    if (kept.size >= wanted) break;
    for (const { file } of unit) kept.add(file);
  }
  return { ...dataset, train: train.filter(({ file }) => !kept.has(file)) };
}
