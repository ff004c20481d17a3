import { NotRead } from '../../limits';
import { decompress, NONE, reverseBits } from './compression';
import type { TiffBytes, TiffDirectory } from './directory';
import type { TiffLayout } from './layout';
import { Tag } from './tags';

/** A strip or tile: the part of the image that it holds, and its decompressed data. */
export interface TiffChunk {
  /** The index of its sample if each sample is stored separately; else 0. */
  plane: number;
  x: number;
  y: number;
  /**
   * Stored pixels per row (a tile can extend beyond the edge of the image), and number of valid
   * rows.
   */
  columns: number;
  rows: number;
  data: Uint8Array;
}

/** Largest number of bytes of one decompressed strip or tile. */
const MAX_CHUNK_BYTES = 2 ** 30;

/**
 * The strips or tiles of an image, one after the other.
 * @param bytesOf - the number of bytes for given columns and rows
 * @throws Error if data is missing
 */
export function* tiffChunks(
  source: TiffBytes,
  directory: TiffDirectory,
  layout: TiffLayout,
  bytesOf: (columns: number, rows: number) => number,
): Generator<TiffChunk> {
  const { width, height, samples, compression } = layout;
  const tiled = directory.has(Tag.TileOffsets) || directory.has(Tag.TileWidth);
  const columns = tiled ? directory.number(Tag.TileWidth, 0) : width;
  const depth = tiled ? directory.number(Tag.TileLength, 0) : Math.min(height, directory.number(Tag.RowsPerStrip, height));
  if (columns < 1 || depth < 1) throw new Error(`strips or tiles with ${columns} x ${depth} pixels`);
  if (bytesOf(columns, depth) > MAX_CHUNK_BYTES)
    throw new NotRead(`a TIFF with strips or tiles of ${columns} x ${depth} pixels; save it with smaller ones`);
  const offsets = directory.numbers(tiled ? Tag.TileOffsets : Tag.StripOffsets) ?? [];
  const counts = directory.numbers(tiled ? Tag.TileByteCounts : Tag.StripByteCounts);
  const [across, down, planes] = [Math.ceil(width / columns), Math.ceil(height / depth), layout.planar ? samples : 1];
  if (offsets.length < across * down * planes)
    throw new Error(`${offsets.length} of ${across * down * planes} strips or tiles; it is truncated`);
  if (!counts && compression !== NONE) throw new Error('the lengths of its strips or tiles are missing');
  for (let i = 0; i < across * down * planes; i++) {
    const place = i % (across * down);
    const y = Math.floor(place / across) * depth;
    const rows = Math.min(depth, height - y);
    const length = bytesOf(columns, rows);
    const at = offsets[i];
    const stored = counts?.[i] ?? length;
    source.check(at, stored);
    const data = source.bytes.subarray(at, at + stored);
    yield {
      plane: Math.floor(i / (across * down)),
      x: (place % across) * columns,
      y,
      columns,
      rows,
      data: decompress(layout.reversed ? reverseBits(data) : data, compression, length, bytesOf(columns, depth)),
    };
  }
}
