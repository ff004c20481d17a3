import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../common/errors';
import { writeJson } from '../common/node/files';
import { readDataset, supportSet, writeSamples, type Dataset, type Sample, type SampleRow } from '../datasets/layout';
import { PREPARED_FILE, preparedReading, type Reading } from '../datasets/reading';

/**
 * A data set whose training images come from several others, and whose test images come from one.
 * The images are copied; what was in the folder before is removed. How scanner files were read is
 * kept.
 * @param sources - data sets to learn from
 * @param each - how many training images of each ({@link supportSet})
 * @param out - the folder of the new data set; its name is the data set's name
 * @throws UserError if a source has too few training images, or if scanner files of the data sets
 *   were read differently
 */
export function joinedDataset(sources: readonly Dataset[], each: number, seed: number, test: Dataset, out: string): Dataset {
  if (sources.length === 0) throw new UserError('joined data set: expected at least one data set to learn from');
  const reading = commonReading([...sources, test]);
  const name = path.basename(out);
  fs.rmSync(out, { recursive: true, force: true });
  const copy = (file: string, place: string): string => {
    const to = path.join(out, 'images', place + path.extname(file));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(file, to);
    return place + path.extname(file);
  };
  const rowOf = ({ file, maskFile, maskLossy, label, labelName, metadata }: Sample, place: string): SampleRow => ({
    filename: copy(file, place),
    label,
    labelName,
    clsname: name,
    ...(maskFile === undefined ? {} : { mask: copy(maskFile, `${place}-mask`), maskLossy }),
    metadata,
  });
  const train = sources.flatMap((source, s) => supportSet(source, each, seed).map((sample, i) => rowOf(sample, `train/${s}-${i}`)));
  const tested = test.test.map((sample, i) => rowOf(sample, `test/${i}`));
  writeSamples(out, train, tested);
  if (reading) writeJson(path.join(out, PREPARED_FILE), { reading });
  return readDataset(out);
}

/** How the scanner files of all data sets were read; undefined if none holds any. */
function commonReading(datasets: readonly Dataset[]): Reading | undefined {
  const known = datasets.flatMap(({ dir }) => {
    const reading = preparedReading(dir);
    return reading ? [{ dir, reading }] : [];
  });
  const [first] = known;
  const other = known.find(({ reading }) => !isDeepStrictEqual(reading, first.reading));
  if (other) {
    const [theirs, ours] = [other, first].map(({ reading }) => inWords(reading));
    throw new UserError(
      `joined data set: ${other.dir} was read with ${theirs}, but ${first.dir} with ${ours}; prepare both in the same way`,
    );
  }
  return first?.reading;
}

function inWords({ window, axis, volume }: Reading): string {
  const given = Object.entries({ window, axis, volume }).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `--${name} ${value}`).join(' ') || "the files' own windows";
}
