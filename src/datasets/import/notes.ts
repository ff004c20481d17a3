import { groupByKey } from '../../common/group';
import type { ReadImage } from '../prepare-read';
import type { GivenImage } from './given';
import { countsOf, type Twins } from './report';

/** What a user of the split should know before comparing numbers. */
export function notesOn(images: readonly (GivenImage & ReadImage)[], twins: readonly Twins[]): string[] {
  const { train, testNormal, testAbnormal, masks } = countsOf(images);
  const notes: string[] = [];
  const leaks = twins.filter(({ leak }) => leak);
  if (leaks.length > 0) {
    notes.push(
      `${leaks.length} images are both among the training and the test images, under different names, the first is ${leaks[0].files.join(' = ')}: ` +
        'kept as given; train and evaluate leave them out of all metrics unless --keep-leaks is given',
    );
  }
  const both = twins.filter(({ contradictory }) => contradictory);
  if (both.length > 0)
    notes.push(`${both.length} images are both normal and abnormal, under different names, the first is ${both[0].files.join(' = ')}`);
  const patients = [
    ...groupByKey(
      images.filter(({ patient }) => patient !== undefined),
      ({ patient }) => patient as string,
    ),
  ];
  const shared = patients.filter(([, own]) => new Set(own.map(({ side }) => side)).size > 1);
  if (shared.length > 0) notes.push(`${shared.length} patients have both training and test images, the first is ${shared[0][0]}`);
  if (masks > 0 && masks < testAbnormal) {
    const bare = images.find((image) => image.side === 'test' && image.label === 1 && image.masks.length === 0);
    notes.push(`${testAbnormal - masks} of ${testAbnormal} abnormal test images have no mask, the first is ${bare?.source}`);
  }
  if (train === 0) notes.push('no training images: runs that were trained elsewhere can be evaluated on it');
  if (testNormal === 0 || testAbnormal === 0) {
    notes.push(`no ${testNormal === 0 ? 'normal' : 'abnormal'} test images: no image AUROC can be computed on it`);
  }
  return notes;
}
