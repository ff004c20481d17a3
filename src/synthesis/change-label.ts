import { connectedComponents } from '../image/connected-components';
import { fillHoles } from './fill-holes';
import { greyClosing } from './grey-closing';
import type { Canvas } from './canvas';

/**
 * The label of CutPaste: how visible the change is, 1 - exp(-d^2 / (2 sd^2)). Each 4-connected
 * region of the shapes then gets a 3 x 3 grey closing in its box, and its holes are filled.
 *
 * In 8-bit images, d is the difference new - old modulo 256, as the published code computes it in
 * bytes: +1 gives 0.9999963, -1 gives 1. In 16-bit images, d is the absolute difference in units of
 * an 8-bit grey level.
 * @param shapes - `[height, width]`, 1 inside of a shape
 * @returns `[height, width]` in [0, 1]
 */
export function changeLabel(canvas: Canvas, original: ArrayLike<number>, shapes: Uint8Array, sd: number): Float32Array {
  const { width } = canvas;
  const out = new Float32Array(shapes.length);
  const around = boundingBox(shapes, width);
  if (!around) return out;
  const [boxHeight, boxWidth] = sides(around);
  const inside = crop(shapes, width, around, new Uint8Array(boxHeight * boxWidth));
  const label = new Float64Array(inside.length);
  const visible = (d: number): number => 1 - Math.exp((-d * d) / (2 * sd * sd));
  const ofByte = canvas.white > 255 ? undefined : Float64Array.from({ length: 256 }, (_, d) => visible(d));
  for (let y = 0, i = 0; y < boxHeight; y++) {
    for (let x = 0, at = (around.top + y) * width + around.left; x < boxWidth; x++, i++, at++) {
      if (inside[i] === 0) continue;
      const change = Math.floor(canvas.data[at]) - original[at];
      if (change !== 0) label[i] = ofByte ? ofByte[change & 255] : visible(change / canvas.unit);
    }
  }
  for (const box of regionBoxes(inside, boxWidth, boxHeight)) {
    const [h, w] = sides(box);
    const part = crop(label, boxWidth, box, new Float64Array(h * w));
    const filled = fillHoles(greyClosing(part, h, w), h, w);
    paste(filled, label, boxWidth, box);
  }
  paste(label, out, width, around);
  return out;
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

function sides({ top, bottom, left, right }: Box): [height: number, width: number] {
  return [bottom - top + 1, right - left + 1];
}

/** Copies a box of a 2D array into another array. */
function crop<T extends Uint8Array | Float64Array>(data: T, width: number, box: Box, into: T): T {
  const [height, across] = sides(box);
  for (let y = 0; y < height; y++) {
    const from = (box.top + y) * width + box.left;
    into.set(data.subarray(from, from + across), y * across);
  }
  return into;
}

/** The reverse of {@link crop}: writes the array of a box into a 2D array. */
function paste(part: Float64Array, into: Float32Array | Float64Array, width: number, box: Box): void {
  const [height, across] = sides(box);
  for (let y = 0; y < height; y++) into.set(part.subarray(y * across, (y + 1) * across), (box.top + y) * width + box.left);
}

/** The smallest box that contains all pixels that are not 0. */
function boundingBox(mask: Uint8Array, width: number): Box | undefined {
  const first = mask.indexOf(1);
  if (first < 0) return undefined;
  const box: Box = { top: Math.floor(first / width), bottom: Math.floor(mask.lastIndexOf(1) / width), left: width, right: -1 };
  for (let y = box.top; y <= box.bottom; y++) {
    const row = mask.subarray(y * width, (y + 1) * width);
    const left = row.indexOf(1);
    if (left < 0) continue;
    box.left = Math.min(box.left, left);
    box.right = Math.max(box.right, row.lastIndexOf(1));
  }
  return box;
}

function regionBoxes(shapes: Uint8Array, width: number, height: number): Box[] {
  const { labels, count } = connectedComponents(shapes, width, height, 4);
  const boxes = Array.from({ length: count }, (): Box => ({ top: height, bottom: -1, left: width, right: -1 }));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (labels[i] === 0) continue;
      const box = boxes[labels[i] - 1];
      if (y < box.top) box.top = y;
      box.bottom = y;
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
    }
  }
  return boxes;
}
