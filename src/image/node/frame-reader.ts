import { openImageFile, type DecodedImage, type ImageFile, type ReadOptions } from './image-file';

/** Files that are held open at a time: an image and its masks. */
const HELD = 3;

/** Reads frames of files. A file is opened once for frames that are read one after another. */
export class FrameReader {
  private readonly held = new Map<string, Promise<ImageFile>>();

  /** Opens a file, or returns it if it was among the last few. */
  open(file: string, options: ReadOptions = {}): Promise<ImageFile> {
    const { as, window, whereThereIsOne, volume, axis } = options;
    const key = JSON.stringify([file, as, window, whereThereIsOne, volume, axis]);
    const opened = this.held.get(key) ?? openImageFile(file, options);
    this.held.delete(key);
    this.held.set(key, opened); // the last one used is the last one dropped
    const [oldest] = this.held.keys();
    if (this.held.size > HELD) this.held.delete(oldest);
    return opened;
  }

  /** Decodes a frame, from 0. */
  async read(file: string, frame: number, options?: ReadOptions): Promise<DecodedImage> {
    return (await this.open(file, options)).frame(frame);
  }
}
