import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';
import { Random } from '../common/random';
import type { PrepareReport } from '../datasets/prepare-report';
import type { GrayImage } from '../image/image';
import { encodePng } from '../image/node/encode';
import type { Table } from '../plots/table';
import { METAL_DEFECTS, renderMetal, renderRivets, RIVET_DEFECTS, type MetalPicture } from './brushed-metal';

/** The generated folders: pictures of one thing, normal ones and those with each kind of defect. */
const DEMOS = {
  'demo-metal': { defects: METAL_DEFECTS, render: renderMetal },
  'demo-rivets': { defects: RIVET_DEFECTS, render: renderRivets },
} as unknown as Record<string, { defects: readonly string[]; render(size: number, random: Random, defect?: string): MetalPicture }>;

/** How many images a generated folder holds. */
export interface DemoCounts {
  normal: number;
  abnormal: number;
}

/**
 * The folder with the user's own images. For a demo, a folder is generated: loose PNG files in
 * `normal/` and `abnormal/`, masks in `masks/` and, as in real life, a file that is there twice and
 * one that is not an image.
 * @param images - `demo-metal` (brushed metal with scratches, dents and stains), `demo-rivets`
 *   (rows of rivets, one of which is missing, or with a stain), or a folder, absolute or below the
 *   project
 * @param parent - where a demo is written, as `05-metal` or `05-rivets`
 * @throws UserError if there is no such folder
 */
export async function ownFolder(
  images: string,
  parent = path.join(projectRoot(), 'runs', 'notebooks'),
  counts: DemoCounts = { normal: 66, abnormal: 18 },
): Promise<string> {
  const demo = Object.hasOwn(DEMOS, images) ? DEMOS[images] : undefined;
  if (!demo) {
    const folder = path.resolve(projectRoot(), images);
    if (!fs.existsSync(folder)) throw new UserError(`${images}: no such folder; set MEDICLIP_IMAGES to one that holds normal/`);
    return folder;
  }
  const out = path.join(parent, images.replace('demo', '05'));
  fs.rmSync(out, { recursive: true, force: true });
  const write = async (folder: string, name: string, image: GrayImage): Promise<void> =>
    writeFileAtomic(path.join(out, folder, `${name}.png`), await encodePng(image));
  for (let k = 0; k < counts.normal; k++) {
    const { image } = demo.render(256, Random.of(5, images, 'normal', k));
    await write('normal', `camera-${paddedNumber(k)}`, image);
    if (k === 2) await write('normal', `camera-${paddedNumber(k)}-copy`, image);
  }
  for (let k = 0; k < counts.abnormal; k++) {
    const defect = demo.defects[k % demo.defects.length];
    const { image, mask } = demo.render(256, Random.of(5, images, defect, k), defect);
    await write('abnormal', `${defect}-${paddedNumber(k)}`, image);
    await write('masks', `${defect}-${paddedNumber(k)}`, mask);
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
