import type { DeepGrayImage } from '../../src/image/image';

/** A grey image whose pixel at (y, x) is `level(y, x)`. */
export function imageFrom(height: number, width: number, level: (y: number, x: number) => number, bits: 8 | 16 = 8): DeepGrayImage {
  const data = bits === 8 ? new Uint8Array(height * width) : new Uint16Array(height * width);
  for (let i = 0; i < data.length; i++) data[i] = level(Math.floor(i / width), i % width);
  return { width, height, channels: 1, data };
}

/** A disc with waves on black: structure everywhere, and both ends of the grey range. */
export function phantom(height: number, width: number, bits: 8 | 16 = 8): DeepGrayImage {
  const level = (y: number, x: number): number => {
    if (y === 0 && x === 0) return 255;
    const r = Math.hypot(y / height - 0.5, x / width - 0.5);
    return r > 0.4 ? 0 : Math.round(120 + 60 * Math.sin(x / 3) + 40 * Math.cos(y / 5));
  };
  return imageFrom(height, width, (y, x) => level(y, x) * (bits === 8 ? 1 : 257), bits);
}
