import fs from 'node:fs';
import path from 'node:path';
import { readCsvTable, refuseTwins } from '../../common/csv';
import { UserError } from '../../common/errors';
import { className } from '../prepare-folder';
import type { RawFolder } from '../raw';
import { sideOf, type GivenSplit } from './given';
import { findListed, readList, type ListedImage } from './listed';

const LABELS: Record<string, 0 | 1> = { '0': 0, normal: 0, good: 0, '1': 1, abnormal: 1, defective: 1 };
const REQUIRED = ['path', 'split', 'label'];
const COLUMNS = [...REQUIRED, 'mask', 'class', 'patient'];

/**
 * A table `split.csv`, or the only CSV file in the folder, with the columns `path`, `split` (train,
 * test, valid), `label` (0 or normal, 1 or abnormal) and perhaps `mask`, `class` and `patient`.
 * Paths are relative to the folder. Other columns are not used.
 */
export function findCsv(raw: RawFolder): GivenSplit {
  const file = tableIn(raw);
  const { columns, rows } = readCsvTable(readList(raw, file), file);
  const names = columns.map((name) => name.trim().toLowerCase());
  refuseTwins(names, COLUMNS, file);
  const known = new Map(columns.map((name, i) => [names[i], name]));
  const absent = REQUIRED.find((name) => !known.has(name));
  if (absent !== undefined) {
    throw new UserError(`${file}:1: expected the columns path,split,label (and mask,class,patient); ${JSON.stringify(absent)} is missing`);
  }
  const images = rows.map(({ line, cells }): ListedImage => {
    const where = `${file}:${line}`;
    const cell = (name: string): string => cells[known.get(name) ?? '']?.trim() ?? '';
    const given = sideOf(cell('split'));
    if (given === undefined) throw new UserError(`${where}: split: expected train, test or valid, got ${JSON.stringify(cell('split'))}`);
    const label = cell('label').toLowerCase();
    if (!Object.hasOwn(LABELS, label))
      throw new UserError(`${where}: label: expected 0 (normal) or 1 (abnormal), got ${JSON.stringify(cell('label'))}`);
    const name = cell('path');
    if (name === '') throw new UserError(`${where}: path: is empty`);
    const patient = cell('patient');
    const owner = patient === '' ? {} : { patient, metadata: { patient } };
    return { given, label: LABELS[label], clsname: cell('class') || className(raw.from), name, mask: cell('mask'), where, ...owner };
  });
  return findListed(raw, file, images, raw.from);
}

function tableIn(raw: RawFolder): string {
  const usual = path.join(raw.from, 'split.csv');
  if (fs.existsSync(usual)) return usual;
  const tables = raw.files(raw.from).filter((name) => name.toLowerCase().endsWith('.csv'));
  if (tables.length === 1) return path.join(raw.from, tables[0]);
  const found = tables.length === 0 ? 'none' : tables.slice(0, 3).join(', ');
  throw new UserError(`${raw.from}: expected split.csv or one CSV file in it, with the columns path,split,label,mask; found ${found}`);
}
