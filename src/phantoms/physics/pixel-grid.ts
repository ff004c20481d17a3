/**
 * The pixels of a square image in the coordinates of the body, whose axes (x to the image's right,
 * y down; mm) may be rotated and shifted in the image.
 */
export class PixelGrid {
  private readonly cos: number;
  private readonly sin: number;

  /**
   * @param size - side of the image in pixels
   * @param mm - millimetres per pixel
   * @param angle - rotation of the body in the image, radians
   * @param x - position of the body's origin: pixels to the right of the image's middle
   * @param y - pixels below the image's middle
   */
  constructor(
    readonly size: number,
    readonly mm: number,
    angle = 0,
    readonly x = 0,
    readonly y = 0,
  ) {
    this.cos = Math.cos(angle);
    this.sin = Math.sin(angle);
  }

  /**
   * Calls `visit` for every pixel (or every pixel in a box) with its index and its place in the
   * body, mm.
   */
  forEach(visit: (index: number, x: number, y: number) => void, box?: { left: number; top: number; right: number; bottom: number }): void {
    const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: this.size - 1, bottom: this.size - 1 };
    const half = this.size / 2;
    for (let py = top; py <= bottom; py++) {
      const v = (py + 0.5 - half - this.y) * this.mm;
      for (let px = left; px <= right; px++) {
        const u = (px + 0.5 - half - this.x) * this.mm;
        visit(py * this.size + px, this.cos * u + this.sin * v, this.cos * v - this.sin * u);
      }
    }
  }

  /** Calls `visit` for the pixels in the box around a circle (mm). */
  forEachNear(x: number, y: number, radius: number, visit: (index: number, x: number, y: number) => void): void {
    const [px, py] = this.toPixel(x, y);
    const r = radius / this.mm;
    this.forEach(visit, this.clip(px - r, py - r, px + r, py + r));
  }

  /**
   * The fractional pixel coordinates of a place in the body; the middle of the first pixel is at 0.
   */
  toPixel(x: number, y: number): [number, number] {
    const u = (this.cos * x - this.sin * y) / this.mm;
    const v = (this.sin * x + this.cos * y) / this.mm;
    return [u + this.size / 2 + this.x - 0.5, v + this.size / 2 + this.y - 0.5];
  }

  /** The pixels of a box that are in the image. */
  clip(left: number, top: number, right: number, bottom: number): { left: number; top: number; right: number; bottom: number } {
    const last = this.size - 1;
    return {
      left: Math.max(0, Math.floor(left)),
      top: Math.max(0, Math.floor(top)),
      right: Math.min(last, Math.ceil(right)),
      bottom: Math.min(last, Math.ceil(bottom)),
    };
  }
}
