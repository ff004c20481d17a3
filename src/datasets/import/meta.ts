import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import type { RawFolder } from '../raw';
import { classFolders, sideOf, type GivenSplit } from './given';
import { findListed, readJsonList, type ListedImage } from './listed';

const row = z.object({
  img_path: z.string().min(1),
  mask_path: z.string().nullish(),
  cls_name: z.string().optional(),
  specie_name: z.string().nullish(),
  anomaly: z.union([z.literal(0), z.literal(1)], { errorMap: () => ({ message: 'expected 0 (normal) or 1 (abnormal)' }) }),
});
const schema = z.record(z.record(z.array(row)));

/**
 * The `meta.json` of AnomalyCLIP (Zhou et al., ICLR 2024) and AdaCLIP (Cao et al., ECCV 2024):
 * lists by side and class, with paths relative to its folder. `specie_name` becomes the kind of
 * anomaly.
 */
export function findMeta(raw: RawFolder): GivenSplit {
  const all = classFolders(raw, ['meta.json']).map(({ dir, clsname }) => {
    const file = path.join(dir, 'meta.json');
    const lists = checked(schema, readJsonList(raw, file), file);
    const images = Object.entries(lists).flatMap(([side, classes]) => {
      const given = sideOf(side);
      if (given === undefined) throw new UserError(`${file}: ${JSON.stringify(side)}: expected train, test or valid`);
      return Object.entries(classes).flatMap(([name, rows]) =>
        rows.map((one, i): ListedImage => {
          const kind = one.anomaly === 1 && one.specie_name ? { metadata: { kind: one.specie_name } } : {};
          return {
            given,
            label: one.anomaly,
            clsname: one.cls_name || name || clsname,
            name: one.img_path,
            mask: one.mask_path ?? undefined,
            where: `${file}: ${side}.${name}[${i}]`,
            ...kind,
          };
        }),
      );
    });
    return findListed(raw, file, images, dir);
  });
  return { images: all.flatMap(({ images }) => images), skipped: all.flatMap(({ skipped }) => skipped) };
}
