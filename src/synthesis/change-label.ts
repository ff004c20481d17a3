import { connectedComponents } from '../image/connected-components';
import { fillHoles } from './fill-holes';
import { greyClosing } from './grey-closing';
import type { Canvas } from './canvas';

/**
 * CutPaste's label: how visible the change is, 1 - exp(-d^2 / (2 sd^2)), then per 4-connected region of the shapes, in
 * the region's box, a 3 x 3 grey closing and the filling of holes.
 *
 * In 8-bit images d is the difference new - old modulo 256, as the published code computes it in bytes: +1 gives
 * 0.9999963, -1 gives 1. In 16-bit images d is the absolute difference in units of an 8-bit grey level.
 * @param shapes - `[height, width]`, 1 where a shape is
 * @returns `[height, width]` in [0, 1]
 */
export function changeLabel(canvas: Canvas, original: ArrayLike<number>, shapes: Uint8Array, sd: number): Float32Array {
  const { height, width } = canvas;
  const label = new Float64Array(shapes.length);
  const visible = (d: number): number => 1 - Math.exp((-d * d) / (2 * sd * sd));
  const ofByte = canvas.white > 255 ? undefined : Float64Array.from({ length: 256 }, (_, d) => visible(d));
  for (let i = 0; i < label.length; i++) {
    if (shapes[i] === 0) continue;
    const change = Math.floor(canvas.data[i]) - original[i];
    if (change !== 0) label[i] = ofByte ? ofByte[change & 255] : visible(change / canvas.unit);
  }
  for (const box of regionBoxes(shapes, width, height)) {
    const [boxHeight, boxWidth] = [box.bottom - box.top + 1, box.right - box.left + 1];
    const part = new Float64Array(boxHeight * boxWidth);
    for (let y = 0; y < boxHeight; y++) {
      const from = (box.top + y) * width + box.left;
      part.set(label.subarray(from, from + boxWidth), y * boxWidth);
    }
    const filled = fillHoles(greyClosing(part, boxHeight, boxWidth), boxHeight, boxWidth);
    for (let y = 0; y < boxHeight; y++) {
      label.set(filled.subarray(y * boxWidth, (y + 1) * boxWidth), (box.top + y) * width + box.left);
    }
  }
  return new Float32Array(label);
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
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
