import path from 'node:path';
import { tf } from '../common/backend';
import { SafetensorsFile, type NamedArray } from '../common/safetensors';
import { Clip } from '../clip/clip';
import { endPositions } from '../clip/text-encoder';
import { pixelValues } from '../image/pixel-values';
import { checkClose, checkEqual, type Check } from './check';
import { rgbImages, rows } from './reference';

const HIDDEN = 2e-4;
const EMBEDDING = 5e-5;

/** `clip/`: preprocessing, every hidden state and both embeddings of a checkpoint. */
export async function verifyClip(dir: string): Promise<Check[]> {
  const expected = SafetensorsFile.open(path.join(dir, 'clip', 'expected.safetensors'));
  const size = expected.entries.get('pixel_values')?.shape[2];
  const clip = await Clip.open(path.join(dir, 'clip', 'checkpoint'), size);
  try {
    const checks: Check[] = [];
    tf.tidy(() => void checks.push(...vision(clip, expected), ...text(clip, expected)));
    return checks;
  } finally {
    clip.dispose();
  }
}

function vision(clip: Clip, expected: SafetensorsFile): Check[] {
  const reference = expected.read('pixel_values');
  const ours = pixelValues(rgbImages(expected.read('image_u8')));
  const pixels = tf.tensor4d(reference.data as Float32Array, reference.shape as [number, number, number, number]);
  const encoder = clip.imageEncoder;
  const states = encoder.hiddenStates(pixels);
  const pooled = encoder.pool(states[states.length - 1]);
  return [
    checkClose('clip/pixel_values', ours, reference.data, 1e-6),
    compare('vision_hidden_states', tf.stack(states), expected, HIDDEN),
    compare('vision_last_hidden_state', states[states.length - 1], expected, HIDDEN),
    compare('vision_pooled', pooled, expected, EMBEDDING),
    compare('image_embeds', encoder.project(pooled), expected, EMBEDDING),
  ];
}

function text(clip: Clip, expected: SafetensorsFile): Check[] {
  const ids = rows(expected.read('input_ids'));
  const ends = endPositions(ids);
  const encoder = clip.textEncoder;
  const embedded = encoder.embedTokens(ids);
  const checks = [checkEqual('clip/eot_index', ends, [...expected.read('eot_index').data])];
  for (const [kind, causal] of [
    ['causal', true],
    ['nomask', false],
  ] as const) {
    const states = encoder.hiddenStates(embedded, causal);
    const pooled = encoder.pool(states[states.length - 1], ends);
    checks.push(compare(`text_hidden_states_${kind}`, tf.stack(states), expected, HIDDEN));
    checks.push(compare(`text_pooled_${kind}`, pooled, expected, EMBEDDING));
    checks.push(compare(`text_embeds_${kind}`, encoder.project(pooled), expected, EMBEDDING));
  }
  return checks;
}

function compare(name: string, ours: tf.Tensor, expected: SafetensorsFile, tolerance: number): Check {
  const reference: NamedArray = expected.read(name);
  return checkClose(`clip/${name}`, ours.dataSync(), reference.data, tolerance);
}
