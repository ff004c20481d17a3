import { readDataset, type Sample } from '../layout';
import type { RawFolder } from '../raw';
import { preparedReading, preparedWindows } from '../reading';
import type { GivenImage, GivenSide, GivenSplit } from './given';

/**
 * The layout of the published code (MediCLIP, Zhang et al. 2024), which is the one used here. Of a
 * data set that was prepared here, also how its scanner files were read.
 */
export function findSamples(raw: RawFolder): GivenSplit {
  const { train, trainAbnormal, test } = readDataset(raw.from);
  const [reading, windows] = [preparedReading(raw.from), preparedWindows(raw.from)];
  const imageOf = (given: GivenSide, { file, label, clsname, maskFile, maskLossy, metadata }: Sample): GivenImage => {
    const source = raw.name(file);
    const window = windows.get(source);
    return {
      given,
      label,
      clsname,
      file,
      source,
      masks: maskFile === undefined ? [] : [maskFile],
      ...(maskLossy && { maskLossy }),
      ...(metadata && { metadata }),
      ...(window !== undefined && { window }),
    };
  };
  return {
    images: [...[...train, ...trainAbnormal].map((one) => imageOf('train', one)), ...test.map((one) => imageOf('test', one))],
    skipped: [],
    ...(reading && { reading }),
  };
}
