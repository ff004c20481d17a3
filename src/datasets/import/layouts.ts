import type { RawFolder } from '../raw';
import { findBmad } from './bmad';
import { findCsv } from './csv';
import type { GivenSplit } from './given';
import { findMedIAnomaly } from './medianomaly';
import { findMeta } from './meta';
import { findMvtec } from './mvtec';
import { findSamples } from './samples';

/** The layouts in which others publish their splits. */
export const IMPORT_LAYOUTS = {
  mvtec: { title: 'MVTec AD: train/good, test/KIND, ground_truth/KIND', find: findMvtec },
  bmad: { title: 'BMAD: train/good, valid and test with good and Ungood', find: findBmad },
  meta: { title: 'meta.json of AnomalyCLIP and AdaCLIP', find: findMeta },
  medianomaly: { title: 'data.json of MedIAnomaly', find: findMedIAnomaly },
  csv: { title: 'a table of path, split, label, mask', find: findCsv },
  samples: { title: 'samples/train.json and test.json of MediCLIP', find: findSamples },
} satisfies Record<string, { title: string; find: (raw: RawFolder) => GivenSplit }>;

/** One of {@link IMPORT_LAYOUTS}. */
export type ImportLayout = keyof typeof IMPORT_LAYOUTS;
export const IMPORT_LAYOUT_NAMES = Object.keys(IMPORT_LAYOUTS) as ImportLayout[];
