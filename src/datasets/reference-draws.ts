import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { readJson } from '../common/node/files';
import { readImage } from '../image/node/decode';
import type { DeepGrayImage } from '../image/image';

/** The columns of a task: one number per draw, or null if the measure is undefined. */
export type Columns = Record<string, (number | null)[]>;

/**
 * Reads the draws of the published implementation: the columns of each task.
 * @param file - `synthesis/draws.json`
 * @throws UserError if the file is laid out differently
 */
export function readDrawColumns(file: string): Record<string, Columns> {
  const value = readJson(file) as Record<string, Columns>;
  const fail = (what: string): never => {
    throw new UserError(`${file}: ${what}`);
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('expected an object of tasks');
  for (const [task, columns] of Object.entries(value)) {
    if (typeof columns !== 'object' || columns === null) fail(`${task}: expected an object of columns`);
    const lists = Object.entries(columns);
    if (lists.length === 0) fail(`${task}: no columns`);
    for (const [name, list] of lists) {
      if (!Array.isArray(list) || list.length === 0 || !list.every((v) => v === null || typeof v === 'number')) {
        fail(`${task}: ${name}: expected a list of numbers or nulls`);
      }
      if (list.length !== lists[0][1].length) fail(`${task}: ${name} has ${list.length} draws, ${lists[0][0]} ${lists[0][1].length}`);
    }
  }
  return value;
}

/** Reads the grey images `image_0.png`, `image_1.png` ... that the reference draws alter. */
export async function readDrawImages(folder: string): Promise<DeepGrayImage[]> {
  const images: DeepGrayImage[] = [];
  for (let i = 0; fs.existsSync(path.join(folder, `image_${i}.png`)); i++) {
    const file = path.join(folder, `image_${i}.png`);
    const image = await readImage(file);
    if (image.channels !== 1) throw new UserError(`${file}: expected a grey image`);
    images.push(image as DeepGrayImage);
  }
  if (images.length === 0) throw new UserError(`${folder}: no image_0.png`);
  return images;
}
