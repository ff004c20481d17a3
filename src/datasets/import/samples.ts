import { readDataset, type Sample } from '../layout';
import type { RawFolder } from '../raw';
import type { GivenImage, GivenSide, GivenSplit } from './given';

/** The layout of the published code (MediCLIP, Zhang et al. 2024), which is the one used here. */
export function findSamples(raw: RawFolder): GivenSplit {
  const { train, trainAbnormal, test } = readDataset(raw.from);
  const imageOf = (given: GivenSide, { file, label, clsname, maskFile, maskLossy, metadata }: Sample): GivenImage => ({
    given,
    label,
    clsname,
    file,
    source: raw.name(file),
    masks: maskFile === undefined ? [] : [maskFile],
    ...(maskLossy && { maskLossy }),
    ...(metadata && { metadata }),
  });
  return {
    images: [...[...train, ...trainAbnormal].map((one) => imageOf('train', one)), ...test.map((one) => imageOf('test', one))],
    skipped: [],
  };
}
