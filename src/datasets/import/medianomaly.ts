import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import type { RawFolder, Skipped } from '../raw';
import { classFolders, sideOf, type GivenSplit } from './given';
import { findListed, readJsonList, type ListedImage } from './listed';

const schema = z.record(z.record(z.unknown()));
const names = z.array(z.string().min(1));

/**
 * The `data.json` of MedIAnomaly (Cai et al. 2024), of one data set or of a folder of them: names in
 * `images/` by side and label, `{"train": {"0": [...]}, "test": {"0": [...], "1": [...]}}`. Lists
 * under another label, as of images without one, are left out.
 */
export function findMedIAnomaly(raw: RawFolder): GivenSplit {
  const all = classFolders(raw, ['data.json', 'images']).map(({ dir, clsname }) => {
    const file = path.join(dir, 'data.json');
    const skipped: Skipped[] = [];
    const images = Object.entries(checked(schema, readJsonList(raw, file), file)).flatMap(([side, byLabel]) => {
      const given = sideOf(side);
      if (given === undefined) throw new UserError(`${file}: ${JSON.stringify(side)}: expected train, test or valid`);
      return Object.entries(byLabel).flatMap(([label, list]): ListedImage[] => {
        if (label !== '0' && label !== '1') {
          skipped.push({ file: raw.name(file), reason: `${side}.${label}: neither normal ("0") nor abnormal ("1")` });
          return [];
        }
        const listed = checked(names, list, `${file}: ${side}.${label}`);
        return listed.map((name, i) => ({ given, clsname, label: label === '0' ? 0 : 1, name, where: `${file}: ${side}.${label}[${i}]` }));
      });
    });
    const found = findListed(raw, file, images, dir, ['images', '']);
    return { images: found.images, skipped: [...skipped, ...found.skipped] };
  });
  return { images: all.flatMap(({ images }) => images), skipped: all.flatMap(({ skipped }) => skipped) };
}
