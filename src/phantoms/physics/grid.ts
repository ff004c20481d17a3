/** How pixels lie in the body: a square image, turned and shifted against the body's axes (x to the image's right, y down; mm). */
export class Grid {
  private readonly cos: number;
  private readonly sin: number;

  /**
   * @param size - pixels a side
   * @param mm - millimetres a pixel
   * @param angle - turn of the body in the image, radians
   * @param x - where the body's origin lies: pixels right of the image's middle
   * @param y - the same, downwards
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

  /** Calls `visit` for every pixel (or every one within a box of pixels) with its index and its place in the body, mm. */
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

  /** The pixel coordinates (fractions allowed; the first pixel's middle is 0) of a place in the body. */
  toPixel(x: number, y: number): [number, number] {
    const u = (this.cos * x - this.sin * y) / this.mm;
    const v = (this.sin * x + this.cos * y) / this.mm;
    return [u + this.size / 2 + this.x - 0.5, v + this.size / 2 + this.y - 0.5];
  }

  /** The whole pixels of a box that lie in the image. */
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
