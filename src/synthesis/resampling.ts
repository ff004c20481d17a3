import { quantize, type AnyCanvas } from './canvas';
import { sampleSpline, type CubicSpline } from './cubic-spline';

/**
 * Pixels of a canvas that take their grey levels from points of a spline. They are collected first
 * and computed together, because numbers that are passed between functions for each pixel would be
 * allocated on the heap.
 */
export class Resampling {
  private readonly points: Float64Array;
  private readonly pixels: Int32Array;
  private count = 0;

  /** @param most - the largest number of pixels */
  constructor(most: number) {
    this.points = new Float64Array(2 * most);
    this.pixels = new Int32Array(most);
  }

  /**
   * Sets the level of the canvas's pixel with this index to that of the spline at the point (y, x).
   */
  add(pixel: number, y: number, x: number): void {
    this.points[2 * this.count] = y;
    this.points[2 * this.count + 1] = x;
    this.pixels[this.count++] = pixel;
  }

  /** Writes all levels, rounded and clipped to `lowest`..`highest`. */
  write(canvas: AnyCanvas, spline: CubicSpline, lowest = 0, highest = canvas.white): void {
    const values = sampleSpline(spline, this.points.subarray(0, 2 * this.count));
    const round = quantize; // look it up once, not for every pixel
    for (let k = 0; k < this.count; k++) {
      canvas.data[this.pixels[k]] = Math.min(highest, Math.max(lowest, round(values[k], canvas.white)));
    }
  }
}
