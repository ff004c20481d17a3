import type { ClipConfig } from '../backbones/clip/config';
import type { Random } from '../common/random';

/** Standard deviation of token embeddings: with CLIP's 0.02 all prompts start out nearly collinear, and dense losses stall. */
export const TOKEN_SD = 0.3;

/**
 * The value that a parameter of a Hugging Face name starts training with, row-major.
 *
 * - patch embedding: the first D functions of the two-dimensional cosine transform, weaker the lower their frequency, which whitens
 *   images; every channel a third
 * - image positions: sines and cosines of the row and the column
 * - queries and keys: equal, so that a token first looks at tokens like itself: those nearby, as positions tell
 * - outputs of attention and of the feed-forward part: scaled by 1 / sqrt(2 L)
 */
export function initialValue(name: string, shape: number[], config: ClipConfig, random: Random): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const normal = (sd: number): Float32Array => Float32Array.from({ length: size }, () => random.normal(0, sd));
  const fanIn = 1 / Math.sqrt(shape[shape.length - 1]);
  if (name === 'logit_scale') return Float32Array.of(config.logit_scale_init_value);
  if (name.endsWith('.bias')) return new Float32Array(size);
  if (name.includes('norm')) return new Float32Array(size).fill(1);
  if (name.endsWith('patch_embedding.weight')) return cosineKernels(shape[0], shape[2]);
  if (name.endsWith('vision_model.embeddings.position_embedding.weight')) return sinePositions(shape[0] - 1, shape[1]);
  if (name.endsWith('position_embedding.weight')) return normal(0.1);
  if (name.endsWith('token_embedding.weight')) return normal(TOKEN_SD);
  if (name.endsWith('class_embedding')) return normal(0.5);
  if (/\.(out_proj|fc2)\.weight$/.test(name)) {
    const tower = name.startsWith('vision') ? config.vision_config : config.text_config;
    return normal(fanIn / Math.sqrt(2 * tower.num_hidden_layers));
  }
  return normal(fanIn);
}

/** Kernels `[D, 3, p, p]` of the cosine transform, by rising frequency; beyond p² of them they repeat. */
function cosineKernels(d: number, p: number): Float32Array {
  const frequencies = Array.from({ length: p * p }, (_, i) => ({ v: Math.floor(i / p), u: i % p }));
  frequencies.sort((a, b) => a.u * a.u + a.v * a.v - (b.u * b.u + b.v * b.v) || a.u - b.u);
  const out = new Float32Array(d * 3 * p * p);
  for (let k = 0; k < d; k++) {
    const { u, v } = frequencies[k % frequencies.length];
    const gain = (0.35 * (1 + Math.hypot(u, v))) / p / 3;
    const norm = (u === 0 ? 1 : Math.SQRT2) * (v === 0 ? 1 : Math.SQRT2) * gain;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < p; y++) {
        for (let x = 0; x < p; x++) {
          const wave = Math.cos((Math.PI * u * (x + 0.5)) / p) * Math.cos((Math.PI * v * (y + 0.5)) / p);
          out[((k * 3 + c) * p + y) * p + x] = norm * wave;
        }
      }
    }
  }
  return out;
}

/** `[g² + 1, D]`: half the width for the row, half for the column, wave lengths from 4 to 4 g patches; row 0, the class token's, is 0. */
function sinePositions(patches: number, d: number): Float32Array {
  const g = Math.round(Math.sqrt(patches));
  const out = new Float32Array((patches + 1) * d);
  const quarter = Math.floor(d / 4);
  for (let i = 0; i < patches; i++) {
    const places = [Math.floor(i / g), i % g];
    for (let axis = 0; axis < 2; axis++) {
      for (let k = 0; k < quarter; k++) {
        const length = 4 * g ** (k / Math.max(1, quarter - 1));
        const angle = (2 * Math.PI * (places[axis] + 0.5)) / length;
        const at = (i + 1) * d + axis * 2 * quarter + 2 * k;
        out[at] = 0.5 * Math.sin(angle);
        out[at + 1] = 0.5 * Math.cos(angle);
      }
    }
  }
  return out;
}
