import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { readDataset, supportSet, writeSamples, type Dataset, type Sample, type SampleRow } from '../datasets/layout';

/**
 * A data set whose training images come from several others, and whose test images come from one.
 * The images are copied; what was in the folder before is removed.
 * @param sources - data sets to learn from
 * @param each - how many training images of each ({@link supportSet})
 * @param out - the folder of the new data set; its name is the data set's name
 * @throws UserError if a source has too few training images
 */
export function joinedDataset(sources: readonly Dataset[], each: number, seed: number, test: Dataset, out: string): Dataset {
  const name = path.basename(out);
  fs.rmSync(out, { recursive: true, force: true });
  const copy = (file: string, place: string): string => {
    const to = path.join(out, 'images', place + path.extname(file));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(file, to);
    return place + path.extname(file);
  };
  const rowOf = ({ file, maskFile, label, labelName, metadata }: Sample, place: string): SampleRow => ({
    filename: copy(file, place),
    label,
    labelName,
    clsname: name,
    ...(maskFile === undefined ? {} : { mask: copy(maskFile, `${place}-mask`) }),
    metadata,
  });
  if (sources.length === 0) throw new UserError('joined data set: expected at least one data set to learn from');
  const train = sources.flatMap((source, s) => supportSet(source, each, seed).map((sample, i) => rowOf(sample, `train/${s}-${i}`)));
  const tested = test.test.map((sample, i) => rowOf(sample, `test/${i}`));
  writeSamples(out, train, tested);
  return readDataset(out);
}
