import type { Bench } from './bench';
import { encoder, encoderBf16 } from './encoder';

/** All benches by name. */
export const BENCHES: Record<string, Bench> = {
  encoder,
  'encoder-bf16': encoderBf16,
};
