import path from 'node:path';
import { initBackend } from '../common/backend';
import { readClipConfig, type ClipConfig } from './config';
import { ImageEncoder } from './image-encoder';
import { Checkpoint } from './parameters';
import { TextEncoder } from './text-encoder';

/** A frozen CLIP. Each tower is loaded when it is first used and may be disposed of alone. */
export class Clip {
  private image?: ImageEncoder;
  private text?: TextEncoder;

  private constructor(
    readonly dir: string,
    readonly config: ClipConfig,
    private readonly checkpoint: Checkpoint,
    readonly imageSize: number,
  ) {}

  /**
   * Opens a Hugging Face `CLIPModel` folder and makes the backend ready; no weights are read yet.
   * @param imageSize - S in pixels (default the checkpoint's own); positions are resized bicubically for another
   * @throws UserError where the folder's files are missing or wrong
   */
  static async open(dir: string, imageSize?: number): Promise<Clip> {
    const config = readClipConfig(dir);
    const checkpoint = Checkpoint.open(dir);
    await initBackend();
    return new Clip(dir, config, checkpoint, imageSize ?? config.vision_config.image_size);
  }

  /** The files that make up a checkpoint folder: its configuration and its weights. */
  static files(dir: string): string[] {
    return [path.join(dir, 'config.json'), ...Checkpoint.open(dir).paths];
  }

  get imageEncoder(): ImageEncoder {
    this.image ??= new ImageEncoder(this.checkpoint, this.config.vision_config, this.config.projection_dim, this.imageSize);
    return this.image;
  }

  get textEncoder(): TextEncoder {
    this.text ??= new TextEncoder(this.checkpoint, this.config.text_config, this.config.projection_dim);
    return this.text;
  }

  dispose(): void {
    this.image?.dispose();
    this.text?.dispose();
    this.image = undefined;
    this.text = undefined;
  }
}
