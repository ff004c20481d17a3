import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from '../../src/common/random';
import { writeSafetensors } from '../../src/common/node/safetensors';
import type { NamedArray } from '../../src/common/safetensors';
import { checkClipConfig, type ClipConfig } from '../../src/backbones/clip/config';
import { parameterShapes } from '../../src/backbones/clip/parameter-shapes';

const temporary: string[] = [];

/** A folder that is removed when the tests end. */
export function temporaryFolder(): string {
  if (temporary.length === 0) process.on('exit', () => temporary.forEach((dir) => fs.rmSync(dir, { recursive: true, force: true })));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-test-'));
  temporary.push(dir);
  return dir;
}

/** Numbers of a CLIP so small that a test can train it. */
export const TINY = {
  model_type: 'clip',
  projection_dim: 8,
  vision_config: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 4, num_attention_heads: 2, image_size: 32, patch_size: 8 },
  text_config: { hidden_size: 12, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 },
};

/** Random parameters for a configuration. */
export function randomParameters(config: ClipConfig, seed = 1): [string, NamedArray][] {
  const random = Random.of(seed, 'tiny');
  return parameterShapes(config).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const about = /norm\d?\.weight$/.test(name) ? 1 : 0;
    return [name, { shape, data: Float32Array.from({ length: size }, () => about + 0.2 * (random.uniform() - 0.5)) }];
  });
}

/** Writes a tiny random CLIP as a Hugging Face folder. */
export function writeTinyClip(dir = temporaryFolder(), changes: Record<string, unknown> = {}): string {
  const raw = { ...TINY, ...changes };
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(raw));
  writeSafetensors(path.join(dir, 'model.safetensors'), randomParameters(checkClipConfig(raw, 'tiny')));
  return dir;
}
