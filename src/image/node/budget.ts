import { NotRead } from '../limits';

/** Bytes that the decoders of one process may use at the same time. */
const DECODING_BYTES = 512 * 2 ** 20;
/**
 * An image that needs more to decode is refused; one that needs more than the budget is decoded
 * alone.
 */
const MAX_IMAGE_BYTES = 2 ** 30;

/**
 * A number of bytes that concurrent work shares. Work that needs more than is free waits for its
 * turn, in the order of the requests. Work that needs more than the whole budget runs alone.
 */
export class ByteBudget {
  private free: number;
  private readonly waiting: { need: number; start: () => void }[] = [];

  constructor(readonly total: number) {
    this.free = total;
  }

  /**
   * Runs `work` once `bytes` are free. They are released one turn of the event loop after its end:
   * what its caller does with the result at once, such as shrinking an image, is still covered.
   */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const need = Math.min(bytes, this.total);
    await new Promise<void>((start) => {
      this.waiting.push({ need, start });
      this.startNext();
    });
    try {
      return await work();
    } finally {
      setImmediate(() => {
        this.free += need;
        this.startNext();
      });
    }
  }

  private startNext(): void {
    for (let next = this.waiting[0]; next && next.need <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.need;
      next.start();
    }
  }
}

/**
 * Shared by all image decoders of this process: a file of a few kilobytes can take 400 MB decoded.
 */
const decodingBudget = new ByteBudget(DECODING_BYTES);

/**
 * Decodes an image once the budget has room for it.
 * @param bytesPerPixel - memory for decoding, including copies
 * @throws NotRead if that exceeds the limit for one image
 */
export async function decodeWithin<T>(width: number, height: number, bytesPerPixel: number, decode: () => Promise<T>): Promise<T> {
  const bytes = width * height * bytesPerPixel;
  if (bytes > MAX_IMAGE_BYTES) {
    const megabytes = (n: number): number => Math.ceil(n / 2 ** 20);
    throw new NotRead(
      `${width} x ${height} pixels of this kind need ${megabytes(bytes)} MB to decode; at most ${megabytes(MAX_IMAGE_BYTES)} MB are allowed: scale the image down, or save it with fewer bits or samples`,
    );
  }
  return decodingBudget.use(bytes, decode);
}
