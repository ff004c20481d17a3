import { UserError } from '../../common/errors';

/** Types in which a weight may be stored. */
const FLOATS = ['F64', 'F32', 'F16', 'BF16'];

/** Whether numbers of a type are what they say, not codes that a scale beside them explains. */
export function isFloat(dtype: string): boolean {
  return FLOATS.includes(dtype);
}

/** Names of tensors that say how another one is to be read, or change it: scales, zero points, factors of an adapter. */
const CHANGES_OTHERS =
  /(?<!logit)(^|[._])(SCB|CB|weight_format|weight_scale(_inv)?|input_scale|scales?|scale_inv|zeros?|zero_points?|qweight|qzeros|g_idx|absmax|quant\w*|nested_\w+|bitsandbytes\w*|packed|weight_packed|weight_shape|codebooks?|codes|lora_\w+|adapters?\w*|ia3_\w+|oft_\w+|hada_\w+|lokr_\w+|dora_\w+|magnitude_vector|parametrizations|weight_[guv]|original\d?|weight_mask|weight_orig|base_layer|base_model|modules_to_save)([._]|$)/i;

/** Parts of a CLIP, by the beginnings of their names. */
const OWN = /^(text_model|vision_model|text_projection|visual_projection|logit_scale|logit_bias)\b/;

/** Buffers of whole numbers, 0, 1, 2 ..., that old versions saved. */
const POSITION_IDS = /^(text|vision)_model\.embeddings\.position_ids$/;

/**
 * Compares what a checkpoint holds with what its configuration asks for.
 * @param held - the type of each tensor
 * @param expected - the names of a CLIP's parameters
 * @returns names that belong to no part of a CLIP and do nothing: a head of another task
 * @throws UserError naming tensors that are missing, are no floats, or that would have to be taken into account and are not known
 */
export function checkWeights(held: ReadonlyMap<string, string>, expected: readonly string[], where: string): string[] {
  const wanted = new Set(expected);
  const unexpected = [...held.keys()].filter((name) => !wanted.has(name) && !POSITION_IDS.test(name));
  const changing = unexpected.filter((name) => CHANGES_OTHERS.test(name));
  if (changing.length > 0) {
    throw new UserError(
      `${where}: ${listed(changing)} ${changing.length > 1 ? 'say' : 'says'} that weights are quantised or changed by an adapter, which is not ` +
        'supported; the same checkpoint with whole weights in float32 or float16 is expected',
    );
  }
  const coarse = expected.filter((name) => held.has(name) && !isFloat(held.get(name) as string));
  if (coarse.length > 0) {
    throw new UserError(
      `${where}: ${listed(coarse)} ${coarse.length > 1 ? 'are' : 'is'} of type ${JSON.stringify(held.get(coarse[0]))}; weights of ${FLOATS.join(', ')} are expected`,
    );
  }
  const missing = expected.filter((name) => !held.has(name));
  if (missing.length > 0) {
    const instead = unexpected.length > 0 ? `; not asked for: ${listed(unexpected)}` : '';
    throw new UserError(`${where}: the weights lack ${listed(missing)}, which config.json asks for${instead}`);
  }
  const own = unexpected.filter((name) => OWN.test(name));
  if (own.length > 0) {
    throw new UserError(`${where}: the weights hold ${listed(own)}, of which config.json says nothing; it is not that of these weights`);
  }
  return unexpected;
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}

/** The place of the first number that is NaN or infinite, or -1. */
export function firstNotFinite(values: ArrayLike<number>): number {
  // x - x is 0 for every finite x, else NaN: the sums of four strands tell whether one is there
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] - values[i];
    b += values[i + 1] - values[i + 1];
    c += values[i + 2] - values[i + 2];
    d += values[i + 3] - values[i + 3];
  }
  for (let i = whole; i < values.length; i++) a += values[i] - values[i];
  if (a + b + c + d === 0) return -1;
  return Array.prototype.findIndex.call(values, (x: number) => !Number.isFinite(x));
}

/**
 * The place of the first number that is NaN or infinite among numbers as they are stored, or -1.
 * @param bytes - of a buffer of its own, in the order of this machine (little-endian, as safetensors are)
 */
export function firstNotFiniteStored(dtype: string, { buffer }: Uint8Array): number {
  switch (dtype) {
    case 'F32':
      return firstNotFinite(new Float32Array(buffer));
    case 'F64':
      return firstNotFinite(new Float64Array(buffer));
    case 'F16':
      return firstWithAllBits(new Uint16Array(buffer), 0x7c00);
    case 'BF16':
      return firstWithAllBits(new Uint16Array(buffer), 0x7f80);
    default:
      return -1;
  }
}

/** The first number whose exponent is the largest that there is. */
function firstWithAllBits(values: Uint16Array, exponent: number): number {
  for (let i = 0; i < values.length; i++) if ((values[i] & exponent) === exponent) return i;
  return -1;
}
