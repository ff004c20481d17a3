import path from 'node:path';
import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import { openSafetensors } from '../../common/node/safetensors';
import type { SafetensorsFile } from '../../common/safetensors';
import { endPositions } from '../../backbones/clip/towers';
import { readPreprocessing, statsOf } from '../../backbones/checkpoint/preprocessing';
import type { ClassTokenHead } from '../../backbones/transformer/class-token-head';
import type { TextEncoder } from '../../backbones/transformer/text-encoder';
import type { TransformerBackbone } from '../../backbones/transformer/transformer-backbone';
import { pixelValues, type ChannelStats } from '../../image/pixel-values';
import { checkClose, checkEqual, type Check } from './check';
import { rgbImages, rows } from './reference';
import { openClipFolder } from '../../backbones/node/open-folder';
import { checkpointFolder } from '../../backbones/node/checkpoint-folder';

const HIDDEN = 2e-4;
const EMBEDDING = 5e-5;

/**
 * `clip/`: preprocessing, every hidden state and both embeddings of a checkpoint, as far as
 * reference arrays exist.
 */
export async function verifyClip(dir: string): Promise<Check[]> {
  const expected = openSafetensors(path.join(dir, 'clip', 'expected.safetensors'));
  const { shape } = expected.entries.get('pixel_values') ?? {};
  const size = shape?.[2];
  if (shape && (shape.length !== 4 || shape[1] !== 3 || shape[3] !== size)) {
    throw new UserError(`${expected.file}: pixel_values has shape [${shape.join(', ')}], expected [B, 3, S, S]`);
  }
  const checkpoint = path.join(dir, 'clip', 'checkpoint');
  const clip = await openClipFolder(checkpoint, size);
  try {
    const checks: Check[] = [];
    if (expected.has('image_u8') && expected.has('pixel_values'))
      checks.push(preprocessing(statsOf(readPreprocessing(checkpointFolder(checkpoint))), expected));
    tf.tidy(() => {
      if (expected.has('pixel_values')) checks.push(...vision(clip, expected));
      if (expected.has('input_ids')) checks.push(...text(clip, expected));
    });
    if (checks.length === 0) throw new UserError(`${expected.file}: holds neither pixel_values nor input_ids`);
    return checks;
  } finally {
    clip.dispose();
  }
}

/**
 * Compares pixel values normalised by the checkpoint's own statistics. The tolerance grows with
 * values that are not normalised.
 */
function preprocessing(stats: ChannelStats, expected: SafetensorsFile): Check {
  const { data } = expected.read('pixel_values');
  const largest = Array.from(data).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const ours = pixelValues(rgbImages(expected.read('image_u8')), stats);
  return checkClose('clip/pixel_values', ours, data, largest > 16 ? largest * 2 ** -22 : 1e-6);
}

function vision(clip: TransformerBackbone<TextEncoder>, expected: SafetensorsFile): Check[] {
  const reference = expected.read('pixel_values');
  const pixels = tf.tensor4d(reference.data as Float32Array, reference.shape as [number, number, number, number]);
  const encoder = clip.imageEncoder;
  const states = encoder.hiddenStates(pixels);
  const head = encoder.head as ClassTokenHead;
  const pooled = head.pool(states[states.length - 1]);
  return [
    ...compare('vision_hidden_states', tf.stack(states), expected, HIDDEN),
    ...compare('vision_last_hidden_state', states[states.length - 1], expected, HIDDEN),
    ...compare('vision_pooled', pooled, expected, EMBEDDING),
    ...compare('image_embeds', head.project(pooled), expected, EMBEDDING),
  ];
}

function text(clip: TransformerBackbone<TextEncoder>, expected: SafetensorsFile): Check[] {
  const ids = rows(expected.read('input_ids'));
  const ends = endPositions(ids);
  const encoder = clip.textEncoder;
  const embedded = encoder.embedTokens(ids);
  const checks = expected.has('eot_index') ? [checkEqual('clip/eot_index', ends, [...expected.read('eot_index').data])] : [];
  for (const [kind, causal] of [
    ['causal', true],
    ['nomask', false],
  ] as const) {
    const states = encoder.hiddenStates(embedded, causal);
    const pooled = encoder.pool(states[states.length - 1], encoder.read(ids));
    checks.push(...compare(`text_hidden_states_${kind}`, tf.stack(states), expected, HIDDEN));
    checks.push(...compare(`text_pooled_${kind}`, pooled, expected, EMBEDDING));
    checks.push(...compare(`text_embeds_${kind}`, encoder.project(pooled), expected, EMBEDDING));
  }
  return checks;
}

/** One check, or none if there is no such reference array. */
function compare(name: string, ours: tf.Tensor, expected: SafetensorsFile, tolerance: number): Check[] {
  return expected.has(name) ? [checkClose(`clip/${name}`, ours.dataSync(), expected.read(name).data, tolerance)] : [];
}
