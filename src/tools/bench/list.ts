import type { Bench } from './bench';
import { cachedEpoch } from './cached-epoch';
import { compact } from './compact';
import { encoder, encoderBf16 } from './encoder';
import { memory } from './memory';
import { metrics } from './metrics';
import { roofline } from './roofline';
import { run } from './run';
import { scaling } from './scaling';
import { series } from './series';
import { start } from './start';
import { step } from './step';
import { synthesis } from './synthesis';

/** All benchmarks by name. */
export const BENCHES: Record<string, Bench> = {
  encoder,
  'encoder-bf16': encoderBf16,
  step,
  run,
  'cached-epoch': cachedEpoch,
  synthesis,
  metrics,
  start,
  memory,
  compact,
  scaling,
  series,
  roofline,
};
