import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';
import { Random } from '../common/random';
import type { Sample } from '../datasets/layout';
import type { PrepareReport } from '../datasets/prepare-report';
import { sourceName } from '../datasets/source-name';
import { encodePng } from '../image/node/encode';
import { formatNumber } from '../drawing/style';
import type { Table } from '../plots/table';
import { renderTablet, TABLET_DEFECTS } from './tablets';

/** How many images the generated folder holds. */
export interface DemoCounts {
  normal: number;
  abnormal: number;
}

/**
 * The folder with the user's own images. With `demo`, a folder is generated: loose PNG files of
 * tablets in `normal/` and `abnormal/` and, as in real life, a file that is there twice and one
 * that is not an image.
 * @param images - `demo`, or a folder, absolute or below the project
 * @throws UserError if there is no such folder
 */
export async function ownFolder(
  images: string,
  out = path.join(projectRoot(), 'runs', 'notebooks', '05-tablets'),
  counts: DemoCounts = { normal: 66, abnormal: 16 },
): Promise<string> {
  if (images !== 'demo') {
    const folder = path.resolve(projectRoot(), images);
    if (!fs.existsSync(folder)) throw new UserError(`${images}: no such folder; set MEDICLIP_IMAGES to one that holds normal/`);
    return folder;
  }
  fs.rmSync(out, { recursive: true, force: true });
  for (let k = 0; k < counts.normal; k++) {
    const png = await encodePng(renderTablet(256, Random.of(5, 'tablet', 'normal', k)));
    writeFileAtomic(path.join(out, 'normal', `camera-${paddedNumber(k)}.png`), png);
    if (k === 2) writeFileAtomic(path.join(out, 'normal', `camera-${paddedNumber(k)}-copy.png`), png);
  }
  for (let k = 0; k < counts.abnormal; k++) {
    const defect = TABLET_DEFECTS[k % TABLET_DEFECTS.length];
    const png = await encodePng(renderTablet(256, Random.of(5, 'tablet', defect, k), defect));
    writeFileAtomic(path.join(out, 'abnormal', `${defect}-${paddedNumber(k)}.png`), png);
  }
  writeFileAtomic(path.join(out, 'normal', 'notes.png'), 'This is no image.\n');
  return out;
}

function paddedNumber(k: number): string {
  return String(k + 1).padStart(3, '0');
}

/** What the preparation found and did, one line each. */
export function reportTable({ found, counts, duplicates, skipped }: PrepareReport): Table {
  const names = (files: readonly string[]): string =>
    files.slice(0, 3).join(', ') + (files.length > 3 ? ` and ${files.length - 3} more` : '');
  const rows = [
    ['files found', `${found.normal} normal, ${found.abnormal} abnormal`],
    ['to learn from', `${counts.train} normal`],
    ['to test with', `${counts.testNormal} normal, ${counts.testAbnormal} abnormal`],
    ['abnormal with a mask', String(counts.masks)],
    ['the same image twice', duplicates.map(({ files, side }) => `${files.join(' = ')} (${side})`).join('; ') || 'none'],
    ['could not be read', names(skipped.map(({ file, reason }) => (reason.startsWith(file) ? reason : `${file}: ${reason}`))) || 'none'],
  ];
  return { columns: ['', 'what was found'], rows };
}

/** A test image with its score. */
export interface RankedSample {
  sample: Sample;
  score: number;
}

/** The first `top` and the last `bottom` rows of a ranking. */
export function rankingTable(ranked: readonly RankedSample[], top: number, bottom: number): Table {
  const rows = ranked.map(({ sample, score }, i) => [
    String(i + 1),
    sourceName(sample),
    sample.label === 1 ? 'abnormal' : 'normal',
    formatNumber(score),
  ]);
  const shown = rows.length <= top + bottom ? rows : [...rows.slice(0, top), ...rows.slice(rows.length - bottom)];
  return { columns: ['rank', 'picture', 'is', 'score'], rows: shown };
}
