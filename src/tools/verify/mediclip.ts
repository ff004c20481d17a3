import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { Random } from '../../common/random';
import { openSafetensors } from '../../common/node/safetensors';
import type { SafetensorsFile } from '../../common/safetensors';
import type { Backbone } from '../../backbones/backbone';
import { Adam, PUBLISHED_ADAM } from '../../methods/mediclip/adam';
import { adapt } from '../../methods/mediclip/adapter';
import { abnormalProbability } from '../../methods/mediclip/anomaly-map';
import { imageScore } from '../../methods/mediclip/image-score';
import { MediClip } from '../../methods/mediclip/mediclip';
import { CLASSES, type ClassName, type PromptLists } from '../../methods/mediclip/prompts';
import { pixelValues } from '../../image/pixel-values';
import { checkClose, checkEqual, checkMost, checkRelative, type Check } from './check';
import { rgbImages, rows } from './reference';
import { openClipFolder } from '../../backbones/node/open-folder';

const lists = z.object({ normal: z.array(z.string()), abnormal: z.array(z.string()) });

const schema = z.object({
  layers_out: z.array(z.number()),
  n_learnable_token: z.number(),
  CSC: z.boolean(),
  class_token_positions: z.array(z.enum(['end', 'middle', 'front'])),
  prompts: lists.optional(),
  optimizer: z.object({ lr: z.number(), betas: z.tuple([z.number(), z.number()]), eps: z.number() }).optional(),
  scalars: z.object({ focal: z.number(), dice: z.number(), total: z.number(), total_after_last_step: z.number() }).partial().default({}),
  step_losses: z.array(z.number()).default([]),
});
type Meta = z.infer<typeof schema>;

/** Tolerances of the reference arrays for a float32 implementation. */
const ABSOLUTE: [RegExp, number][] = [
  [/^necker/, 2e-4],
  [/^(adapted|text_features|layer_map|mean_map|resized_map)/, 2e-5],
  [/^prompt_features/, 5e-5],
  [/^(anomaly_map|image_score)/, 1e-6],
];

/**
 * `mediclip/`: the head on the CLIP of `clip/`, with losses, gradients, training steps and all
 * variants.
 */
export async function verifyMediclip(dir: string): Promise<Check[]> {
  const folder = path.join(dir, 'mediclip');
  const inputs = openSafetensors(path.join(folder, 'inputs.safetensors'));
  const base = readMeta(path.join(folder, 'meta.json'));
  const { shape } = inputs.entries.get('pixel_values') ?? { shape: [] };
  if (shape.length !== 4 || shape[1] !== 3 || shape[2] !== shape[3]) {
    throw new UserError(`${inputs.file}: pixel_values has shape [${shape.join(', ')}], expected [B, 3, S, S]`);
  }
  const clip = await openClipFolder(path.join(dir, 'clip', 'checkpoint'), shape[2]);
  try {
    const file = path.join(folder, 'expected.safetensors');
    const checks = fs.existsSync(file) ? verifyRun('mediclip', clip, base, base, inputs, inputs, '', openSafetensors(file)) : [];
    const variants = fs.readdirSync(folder).filter((name) => /^variant_.*\.json$/.test(name));
    for (const file of variants.sort()) {
      const name = file.replace(/\.json$/, '');
      const arrays = openSafetensors(path.join(folder, `${name}.safetensors`));
      checks.push(...verifyRun(`mediclip/${name}`, clip, readMeta(path.join(folder, file)), base, inputs, arrays, 'in.', arrays));
    }
    return checks;
  } finally {
    clip.dispose();
  }
}

function readMeta(file: string): Meta {
  return checked(schema, readJson(file), file);
}

/** One configuration: forward, losses, gradients and one step per reference loss. */
function verifyRun(
  name: string,
  clip: Backbone,
  meta: Meta,
  base: Meta,
  images: SafetensorsFile,
  start: SafetensorsFile,
  prefix: string,
  expected: SafetensorsFile,
): Check[] {
  const prompts = (meta.prompts ?? base.prompts) as PromptLists | undefined;
  if (!prompts) throw new UserError(`${name}: the reference lists no prompts`);
  const model = new MediClip(
    clip,
    {
      layers: meta.layers_out,
      prompts,
      contextTokens: meta.n_learnable_token,
      classSpecificContext: meta.CSC,
      classTokenPositions: meta.class_token_positions,
      causalTextMask: false,
    },
    Random.of(0),
  );
  const adam = new Adam(model.parameters, adamOptions(meta.optimizer ?? base.optimizer));
  const checks: Check[] = [];
  try {
    tf.tidy(() => {
      for (const [key, variable] of Object.entries(model.parameters)) variable.assign(tensorOf(start, prefix + key, variable.shape));
      checks.push(...verifyIds(name, model, start, prefix));
      const pixels = tensorOf(images, 'pixel_values') as tf.Tensor4D;
      const mask = tensorOf(images, 'masks') as tf.Tensor3D;
      if (images.has('image_u8')) {
        checks.push(
          checkClose(`${name}/pixel_values`, pixelValues(rgbImages(images.read('image_u8'))), images.read('pixel_values').data, 1e-6),
        );
      }
      const tokens = model.encode(pixels);
      for (const [key, ours] of Object.entries(forward(model, tokens))) {
        if (!expected.has(key)) continue;
        const [, tolerance] = ABSOLUTE.find(([pattern]) => pattern.test(key)) ?? [null, 0];
        checks.push(checkClose(`${name}/${key}`, ours.dataSync(), expected.read(key).data, tolerance));
      }
      const first = model.losses(tokens, mask);
      for (const part of ['focal', 'dice', 'total'] as const) {
        const reference = meta.scalars[part];
        if (reference !== undefined) checks.push(checkClose(`${name}/${part}`, first[part].dataSync(), [reference], 3e-6));
      }
      checks.push(...train(name, model, adam, tokens, mask, meta, expected));
    });
    return checks;
  } finally {
    adam.dispose();
    model.dispose();
  }
}

function adamOptions(o: Meta['optimizer']): typeof PUBLISHED_ADAM {
  return o ? { learningRate: o.lr, beta1: o.betas[0], beta2: o.betas[1], epsilon: o.eps } : PUBLISHED_ADAM;
}

function verifyIds(name: string, model: MediClip, start: SafetensorsFile, prefix: string): Check[] {
  return CLASSES.filter((c) => start.has(`${prefix}input_ids.${c}`)).map((c) =>
    checkEqual(
      `${name}/input_ids.${c}`,
      model.prompts.ids[c].map((r) => [...r]),
      rows(start.read(`${prefix}input_ids.${c}`)).map((r) => [...r]),
    ),
  );
}

/** Every intermediate array under its reference name. */
function forward(model: MediClip, tokens: tf.Tensor3D[]): Record<string, tf.Tensor> {
  const out: Record<string, tf.Tensor> = {};
  const g = model.backbone.image.grid;
  tokens.forEach((layer, i) => {
    const [b, , c] = layer.shape;
    out[`necker.${i}`] = tf.transpose(tf.reshape(layer, [b, g, g, c]), [0, 3, 1, 2]);
    out[`adapted.${i}`] = adapt(layer, model.parameters, i);
  });
  const text = model.prompts.features(model.parameters);
  for (const c of CLASSES as readonly ClassName[]) out[`prompt_features.${c}`] = text.prompts[c];
  out.text_features = text.classes;
  const maps = model.layerMaps(tokens, text.classes);
  maps.forEach((map, i) => (out[`layer_map.${i}`] = map));
  out.mean_map = tf.div(tf.addN(maps), maps.length);
  const resized = model.resizedMap(maps);
  const abnormal = abnormalProbability(resized);
  out.resized_map = resized;
  out.anomaly_map = bothChannels(abnormal);
  out.image_score = imageScore(abnormal);
  return out;
}

function bothChannels(abnormal: tf.Tensor3D): tf.Tensor {
  return tf.stack([tf.sub(1, abnormal), abnormal], 1);
}

function train(
  name: string,
  model: MediClip,
  adam: Adam,
  tokens: tf.Tensor3D[],
  mask: tf.Tensor3D,
  meta: Meta,
  expected: SafetensorsFile,
): Check[] {
  const checks: Check[] = [];
  if (meta.step_losses.length === 0) return checks;
  const losses: number[] = [];
  meta.step_losses.forEach((_, step) => {
    const { losses: parts, gradients } = model.gradients(tokens, mask);
    if (step === 0) {
      for (const [key, g] of Object.entries(gradients)) {
        if (expected.has(`grad.${key}`))
          checks.push(checkRelative(`${name}/grad.${key}`, g.dataSync(), expected.read(`grad.${key}`).data, 1e-3));
      }
    }
    adam.apply(gradients);
    const [focal, dice] = parts.dataSync();
    losses.push(focal + dice);
    tf.dispose([parts, gradients]);
    if (step === 0) checks.push(...parameters(`${name}/after1`, 'after1.', model, expected));
  });
  checks.push(checkClose(`${name}/step_losses`, losses, meta.step_losses, 2e-5));
  checks.push(...parameters(`${name}/final`, 'final.', model, expected));
  const text = model.textFeatures();
  const { total_after_last_step: last } = meta.scalars;
  if (last !== undefined) {
    checks.push(checkClose(`${name}/total_after_last_step`, model.losses(tokens, mask).total.dataSync(), [last], 2e-5));
  }
  const after: Record<string, tf.Tensor> = { text_features: text, anomaly_map: bothChannels(model.anomalyMap(tokens, text)) };
  for (const [key, ours] of Object.entries(after)) {
    if (expected.has(`final.${key}`))
      checks.push(checkMost(`${name}/final.${key}`, ours.dataSync(), expected.read(`final.${key}`).data, 0.995, 5e-5, 2e-3));
  }
  return checks;
}

function parameters(name: string, prefix: string, model: MediClip, expected: SafetensorsFile): Check[] {
  return Object.entries(model.parameters)
    .filter(([key]) => expected.has(prefix + key))
    .map(([key, variable]) => checkMost(`${name}.${key}`, variable.dataSync(), expected.read(prefix + key).data, 0.995, 5e-5, 2e-3));
}

function tensorOf(file: SafetensorsFile, name: string, shape?: number[]): tf.Tensor {
  const array = file.read(name);
  if (shape && shape.join() !== array.shape.join()) {
    throw new UserError(`${file.file}: ${name} has shape [${array.shape.join(', ')}], expected [${shape.join(', ')}]`);
  }
  return tf.tensor(Float32Array.from(array.data), array.shape, 'float32');
}
