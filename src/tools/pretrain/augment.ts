import { Random } from '../../common/random';
import { blur, sample, valueNoise, type Field } from './noise';

/**
 * Another device, exposure and position for a normal picture: rotated, zoomed, shifted, flipped,
 * with a bent tone curve, sometimes inverted, shaded or blurred.
 */
export function augment(picture: Field, random: Random): Field {
  return tone(pose(picture, random), random);
}

function pose(picture: Field, random: Random): Field {
  const { size } = picture;
  const angle = random.normal(0, 0.1);
  const zoom = 2 ** random.normal(0.1, 0.12);
  const stretch = 2 ** random.normal(0, 0.07);
  const flip = random.chance(0.5) ? -1 : 1;
  const [c, s] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const [oy, ox] = [random.normal(0, 0.03) * size, random.normal(0, 0.03) * size];
  const data = new Float32Array(size * size);
  const centre = (size - 1) / 2;
  const read = sample; // looked up once instead of once per pixel
  for (let y = 0, i = 0; y < size; y++) {
    const dy = (y - centre) * stretch + oy;
    for (let x = 0; x < size; x++, i++) {
      const dx = flip * (x - centre) + ox;
      data[i] = read(picture, centre + c * dy - s * dx, centre + s * dy + c * dx);
    }
  }
  return { size, data };
}

/** Steps of a tone curve; linear in between. */
const CURVE = 1024;

function tone(picture: Field, random: Random): Field {
  const { size } = picture;
  const gamma = 2 ** random.normal(0, 0.35);
  const [low, high] = [random.chance(0.5) ? random.uniform(0, 30) : 0, random.uniform(190, 255)];
  const invert = random.chance(0.08);
  const bias = random.chance(0.4) ? valueNoise(size, 1.5, 1, 1, random) : undefined;
  const depth = random.uniform(0.03, 0.15);
  const soft = random.chance(0.25) ? blur(picture, (random.uniform(0.6, 2) * size) / 224 + 0.3) : picture;
  const curve = Float64Array.from({ length: CURVE + 2 }, (_, k) => {
    const unit = Math.min(1, k / CURVE) ** gamma;
    return low + (high - low) * (invert ? 1 - unit : unit);
  });
  const data = new Float32Array(size * size);
  for (let i = 0; i < data.length; i++) {
    const at = (soft.data[i] * (bias ? 1 + depth * bias.data[i] : 1) * CURVE) / 255;
    const place = at < 0 ? 0 : at > CURVE ? CURVE : at;
    const k = Math.floor(place);
    data[i] = curve[k] + (place - k) * (curve[k + 1] - curve[k]);
  }
  return { size, data };
}

const normals = ((): Float32Array => {
  const random = Random.of(0, 'pretrain', 'noise table');
  return Float32Array.from({ length: 1 << 16 }, () => random.normal());
})();

/**
 * Noise of a sensor; the same noise is added to both pictures. Its strength is a constant plus a
 * fraction of the level of the second picture. The normal numbers come from a table of 65,536 that
 * is read from a random place in random strides.
 */
export function addNoise(picture: Field, clean: Field, random: Random): void {
  if (random.chance(0.4)) return;
  const sd = random.uniform(0, 10);
  const share = random.chance(0.3) ? random.uniform(0, 0.1) : 0;
  const stride = 2 * random.integer(100, 30_000) + 1;
  for (let i = 0, at = random.integer(0, 65_536); i < clean.data.length; i++, at = (at + stride) & 65_535) {
    const noise = normals[at] * (sd + share * clean.data[i]);
    picture.data[i] += noise;
    clean.data[i] += noise;
  }
}
