import type { Bench } from './bench';
import { encoder, encoderBf16 } from './encoder';
import { step } from './step';

/** All benches by name. */
export const BENCHES: Record<string, Bench> = {
  encoder,
  'encoder-bf16': encoderBf16,
  step,
};
