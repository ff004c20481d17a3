import { UserError } from '../../common/errors';

/** The types in which a weight may be stored. */
const FLOATS = ['F64', 'F32', 'F16', 'BF16'];

/** True if numbers of a type are plain values, not codes that need a scale. */
export function isFloat(dtype: string): boolean {
  return FLOATS.includes(dtype);
}

/**
 * Names of tensors that change the meaning of another one: scales, zero points, factors of an
 * adapter.
 */
const CHANGES_OTHERS =
  /(?<!logit)(^|[._])(SCB|CB|weight_format|weight_scale(_inv)?|input_scale|scales?|scale_inv|zeros?|zero_points?|qweight|qzeros|g_idx|absmax|quant\w*|nested_\w+|bitsandbytes\w*|packed|weight_packed|weight_shape|codebooks?|codes|lora_\w+|adapters?\w*|ia3_\w+|oft_\w+|hada_\w+|lokr_\w+|dora_\w+|magnitude_vector|parametrizations|weight_[guv]|original\d?|weight_mask|weight_orig|base_layer|base_model|modules_to_save)([._]|$)/i;

/** The tensors that a family expects in a checkpoint with a certain configuration. */
export interface ExpectedWeights {
  /** Every parameter with its shape. */
  shapes: readonly (readonly [name: string, shape: readonly number[]])[];
  /** Those that only training reads: they may be missing, or have another shape. */
  optional: readonly string[];
  /** Matches names of parts of the model: other tensors with such a name are refused. */
  own: RegExp;
  /** Matches names of buffers that old versions saved, such as the integers 0, 1, 2 ... */
  buffers: RegExp;
  /** The file with the configuration, for errors. */
  config: string;
}

/**
 * Compares the tensors of a checkpoint with those that its configuration requires.
 * @param held - the type of each tensor of the checkpoint
 * @returns names that belong to no part of the model and have no effect, such as a head for another
 * task
 * @throws UserError naming tensors that are missing, are not floats, or would change the result but
 * are not supported
 */
export function checkWeights(
  held: ReadonlyMap<string, string>,
  { shapes, optional, own, buffers, config }: ExpectedWeights,
  where: string,
): string[] {
  const expected = shapes.map(([name]) => name).filter((name) => held.has(name) || !optional.includes(name));
  const wanted = new Set(expected);
  const unexpected = [...held.keys()].filter((name) => !wanted.has(name) && !buffers.test(name));
  const changing = unexpected.filter((name) => CHANGES_OTHERS.test(name));
  if (changing.length > 0) {
    throw new UserError(
      `${where}: ${listed(changing)} ${changing.length > 1 ? 'say' : 'says'} that the weights are quantised or changed by an adapter, which is not ` +
        'supported; expected the same checkpoint with plain weights in float32 or float16',
    );
  }
  const coarse = expected.filter((name) => held.has(name) && !isFloat(held.get(name) as string));
  if (coarse.length > 0) {
    throw new UserError(
      `${where}: ${listed(coarse)} ${coarse.length > 1 ? 'are' : 'is'} of type ${JSON.stringify(held.get(coarse[0]))}; expected weights of ${FLOATS.join(', ')}`,
    );
  }
  const missing = expected.filter((name) => !held.has(name));
  if (missing.length > 0) {
    const instead = unexpected.length > 0 ? `; not required: ${listed(unexpected)}` : '';
    throw new UserError(`${where}: the weights lack ${listed(missing)}, which ${config} requires${instead}`);
  }
  const alien = unexpected.filter((name) => own.test(name));
  if (alien.length > 0) {
    throw new UserError(
      `${where}: the weights hold ${listed(alien)}, which ${config} does not mention; it does not belong to these weights`,
    );
  }
  return unexpected;
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}

/** The index of the first number that is NaN or infinite, or -1. */
export function firstNotFinite(values: ArrayLike<number>): number {
  // x - x is 0 for every finite x and NaN otherwise: four running sums tell whether there is one
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
 * The index of the first stored number that is NaN or infinite, or -1.
 * @param bytes - in a separate buffer, in the byte order of this machine (little-endian, like
 * safetensors)
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

/** The index of the first number with the largest possible exponent. */
function firstWithAllBits(values: Uint16Array, exponent: number): number {
  for (let i = 0; i < values.length; i++) if ((values[i] & exponent) === exponent) return i;
  return -1;
}
