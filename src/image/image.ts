/**
 * A raster image in memory. `data` is row-major, channels interleaved: `[height, width, channels]`.
 * 16-bit data comes from 16-bit files (0..65535), 8-bit data 0..255.
 */
export interface Raster<A extends Uint8Array | Uint16Array = Uint8Array | Uint16Array> {
  width: number;
  height: number;
  channels: 1 | 3;
  data: A;
}

/** A grey 8-bit image, `[H, W]`. */
export type GrayImage = Raster<Uint8Array> & { channels: 1 };
/** A grey image of 8 or 16 bits, `[H, W]`. */
export type DeepGrayImage = Raster & { channels: 1 };
/** An RGB 8-bit image, `[H, W, 3]`. */
export type RgbImage = Raster<Uint8Array> & { channels: 3 };

/** A mask, `[H, W]`, values in [0, 1]: 0 normal, 1 anomalous; CutPaste gives values in between. */
export interface Mask {
  width: number;
  height: number;
  data: Float32Array;
}
