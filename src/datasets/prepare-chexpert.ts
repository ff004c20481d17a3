import fs from 'node:fs';
import path from 'node:path';
import { fromCSV } from 'arquero';
import { refuseTwins } from '../common/csv';
import { messageOf, UserError } from '../common/errors';
import { readText } from '../common/node/files';
import type { RawDataset, RawFolder } from './raw';

/** The findings that make an image abnormal. "Support Devices" is not among them. */
export const CHEXPERT_FINDINGS = [
  'Enlarged Cardiomediastinum',
  'Cardiomegaly',
  'Lung Opacity',
  'Lung Lesion',
  'Edema',
  'Consolidation',
  'Pneumonia',
  'Atelectasis',
  'Pneumothorax',
  'Pleural Effusion',
  'Pleural Other',
  'Fracture',
] as const;

const TABLES = ['train.csv', 'valid.csv'];
const COLUMNS = ['Path', 'Frontal/Lateral', 'No Finding', ...CHEXPERT_FINDINGS];

/**
 * CheXpert-v1.0-small (Irvin et al. 2019): `train.csv`, `valid.csv` and the folders they name. Only
 * frontal views are used. An image is normal if "No Finding" is 1, abnormal if a finding is 1, and
 * otherwise left out (uncertain, or only a device).
 */
export function findCheXpert(raw: RawFolder): RawDataset {
  const { from } = raw;
  const root = [from, path.join(from, 'CheXpert-v1.0-small')].find((dir) => TABLES.some((name) => fs.existsSync(path.join(dir, name))));
  if (root === undefined) throw new UserError(`${from}: expected train.csv or valid.csv in it or in its folder CheXpert-v1.0-small`);
  const out: RawDataset = {
    clsname: 'chexpert',
    images: [],
    published: { train: 4499, testNormal: 250, testAbnormal: 250 },
    skipped: [],
    notes: [],
  };
  for (const name of TABLES) if (fs.existsSync(path.join(root, name))) addTable(out, raw, root, name);
  return out;
}

function addTable(out: RawDataset, raw: RawFolder, root: string, table: string): void {
  const file = path.join(root, table);
  raw.check(file);
  const columns = readColumns(file);
  const [paths, views, normal, ...findings] = columns;
  const left = { lateral: 0, unclear: 0, missing: 0 };
  for (let i = 0; i < paths.length; i++) {
    const where = `${file}:${i + 2}`;
    if (views[i] !== 'Frontal') {
      left.lateral++;
      continue;
    }
    const positive = CHEXPERT_FINDINGS.filter((_, k) => isOne(findings[k][i]));
    const label = isOne(normal[i]) && positive.length === 0 ? 0 : !isOne(normal[i]) && positive.length > 0 ? 1 : undefined;
    if (label === undefined) {
      left.unclear++;
      continue;
    }
    const inside = String(paths[i]).replace(/^CheXpert-v1\.0(-small)?\//, '');
    const patient = /(?:^|\/)(patient\d+)\//.exec(inside)?.[1];
    if (patient === undefined) throw new UserError(`${where}: Path: expected .../patientNNNNN/studyN/..., got ${JSON.stringify(paths[i])}`);
    const image = raw.resolve(root, inside, where);
    if (!fs.existsSync(image)) {
      left.missing++;
      continue;
    }
    const metadata = label === 1 ? { patient, findings: positive } : { patient };
    out.images.push({ file: image, source: raw.name(image), label, masks: [], patient, metadata });
  }
  out.notes.push(
    `${table}: ${paths.length} rows; left out: ${left.lateral} not frontal, ${left.unclear} neither clearly normal nor abnormal`,
  );
  if (left.missing > 0) out.skipped.push({ file: table, reason: `${left.missing} rows name missing images` });
}

/** The columns that are used, as text. */
function readColumns(file: string): unknown[][] {
  try {
    const text = readText(file).trim();
    if (text === '') throw new UserError(`${file}: is empty, a table is expected`);
    const bare = !text.includes('\n'); // arquero makes no columns of a heading without rows, so add an empty row
    const table = fromCSV(bare ? `${text}\n${','.repeat(text.split(',').length - 1)}` : text, { autoType: false });
    const present = table.columnNames();
    const absent = COLUMNS.find((name) => !present.includes(name));
    if (absent !== undefined) throw new UserError(`${file}: no column ${JSON.stringify(absent)}; found ${present.slice(0, 8).join(', ')}`);
    refuseTwins(present, COLUMNS, file);
    return COLUMNS.map((name) => (bare ? [] : Array.from(table.array(name) as ArrayLike<unknown>)));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: not a CSV table (${messageOf(error).split('\n')[0]})`);
  }
}

function isOne(cell: unknown): boolean {
  return cell !== '' && cell !== null && Number(cell) === 1;
}
