import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/common/node/project-root';

export const root = projectRoot();

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  source: string;
  execution_count: number | null;
  outputs: { output_type: string; name?: string; data?: Record<string, unknown>; metadata?: Record<string, { alt?: string }> }[];
}

/** The file names of all notebooks. */
export function notebookNames(): string[] {
  return fs
    .readdirSync(path.join(root, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .sort();
}

export function readNotebook(file: string): Cell[] {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as { cells: (Omit<Cell, 'source'> & { source: string | string[] })[] };
  return cells.map((cell) => ({ ...cell, source: [cell.source].flat().join('') }));
}

/** Code cells that are not empty. */
export function codeCells(cells: readonly Cell[]): Cell[] {
  return cells.filter((cell) => cell.cell_type === 'code' && cell.source.trim() !== '');
}

/** How many pictures code cells show: still ones, and those that are replaced while something runs. */
export function pictureCount(cells: readonly Cell[]): number {
  return cells.flatMap(({ source }) => source.match(/\bshow\(|\bliveChart\(\)|\bliveHistory\(\)/g) ?? []).length;
}
