import { z } from 'zod';
import { UserError } from '../common/errors';
import type { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';

type Parameter = number | boolean | string;

/**
 * Parameters of a user's own task, by name: numbers, strings, booleans, or lists of one kind of
 * these.
 */
export type TaskParameters = Record<string, Parameter | readonly Parameter[]>;

/** The result of `draw`. */
export interface DrawnPair {
  /** The given image, changed, or another image of the same size and bit depth. */
  image: DeepGrayImage;
  /**
   * One number per pixel, row by row: 1 where the image is abnormal, 0 where it is not, or a value
   * in between.
   */
  mask: ArrayLike<number>;
}

/** A user's own synthesis task, for `registerTask`. */
export interface TaskDefinition<Parameters extends TaskParameters = TaskParameters> {
  /** The name in settings: letters and digits. */
  name: string;
  /**
   * The parameters with their defaults. Settings change them under `synthesis.NAME`.
   */
  parameters?: Parameters;
  /**
   * Puts one anomaly into a normal image.
   * @param image - a copy, which may be changed: `data` has `width` times `height` grey levels, row
   *   by row, from 0 to 255 (to 65535 in 16-bit images). Training always gives 8 bits
   * @param random - must be the only source of randomness, so that a seed determines a run,
   *   whatever the order of its draws
   * @param parameters - all parameters
   * @param support - all normal images of the run, to cut from; must not be changed
   */
  draw(image: DeepGrayImage, random: Random, parameters: Parameters, support: readonly DeepGrayImage[]): DrawnPair;
}

/** A registered task after its checks. */
export interface RegisteredTask extends Required<TaskDefinition> {
  /** The schema of its parameters, with their defaults. */
  schema: z.ZodObject<z.ZodRawShape>;
}

/**
 * Checks a definition, except its name.
 * @throws UserError naming the key that is wrong
 */
export function checkedTask(definition: TaskDefinition): RegisteredTask {
  const { name, parameters = {}, draw } = definition;
  if (typeof draw !== 'function')
    throw new UserError(`registerTask: ${name}: draw: expected a function (image, random, parameters) => { image, mask }`);
  const shape = Object.entries(parameters).map(([key, value]) => [key, schemaOf(`registerTask: ${name}: parameters.${key}`, key, value)]);
  return { name, parameters, draw, schema: z.object(Object.fromEntries(shape) as z.ZodRawShape).strict() };
}

function schemaOf(where: string, key: string, value: unknown): z.ZodTypeAny {
  if (!/^[A-Za-z]\w*$/.test(key) || key in {})
    throw new UserError(`${where}: a parameter's name is a letter and then letters, digits or _`);
  const kinds = { number: z.number().finite(), boolean: z.boolean(), string: z.string() } as const;
  const kindOf = (v: unknown): z.ZodTypeAny | undefined => kinds[typeof v as keyof typeof kinds];
  const schema = Array.isArray(value) && value.length > 0 ? kindOf(value[0]) && z.array(kindOf(value[0]) as z.ZodTypeAny) : kindOf(value);
  if (!schema?.safeParse(value).success) {
    throw new UserError(`${where}: expected a default: a number, a text, true, false, or a list of one kind of these`);
  }
  return schema.default(value);
}

/**
 * Makes a draw with a registered task and checks the result.
 * @returns the image and its labels, `[height, width]` in [0, 1]
 * @throws UserError that says what `draw` should have returned
 */
export function drawRegistered(
  { name, draw }: RegisteredTask,
  image: DeepGrayImage,
  random: Random,
  parameters: TaskParameters,
  support: readonly DeepGrayImage[],
): { image: DeepGrayImage; mask: Float32Array } {
  const { width, height, channels } = image;
  const pair: unknown = draw({ ...image, data: image.data.slice() }, random, parameters, support);
  const refused = (what: string): UserError => new UserError(`synthesis: ${name}: draw ${what}`);
  if (pair instanceof Promise) throw refused('returned a promise; it must not be async');
  const { image: drawn, mask } = (pair ?? {}) as Partial<DrawnPair>;
  if (!drawn || !mask) throw refused(`returned ${pair === undefined ? 'nothing' : 'something else'}; expected { image, mask }`);
  if (drawn.width !== width || drawn.height !== height || drawn.data?.length !== width * height) {
    throw refused(`returned another image than one of ${width} x ${height} pixels; it must have the size of the image that came in`);
  }
  const Kind = image.data instanceof Uint16Array ? Uint16Array : Uint8Array;
  if (!(drawn.data instanceof Kind || (Kind === Uint8Array && (drawn.data as unknown) instanceof Uint8ClampedArray))) {
    throw refused(`returned an image whose data is no ${Kind.name}; round grey levels and write them into image.data`);
  }
  if (mask.length !== width * height) {
    throw refused(
      `returned a mask of ${String(mask.length)} numbers; expected ${width * height}, one for each of ${width} x ${height} pixels`,
    );
  }
  const labels = Float32Array.from(mask);
  const wrong = labels.findIndex((label) => !(label >= 0 && label <= 1));
  if (wrong >= 0) throw refused(`returned a mask with ${String(mask[wrong])} at pixel ${wrong}; expected numbers from 0 to 1`);
  return { image: { width, height, channels, data: Kind.from(drawn.data) }, mask: labels };
}
