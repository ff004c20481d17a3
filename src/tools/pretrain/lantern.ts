import type { Random } from '../../common/random';
import { clouds, ellipse } from './materials';
import { field, smoothStep, type Field } from './noise';
import { growTree } from './trees';

/**
 * A lantern: a body with panes, bars, posts and twigs, mostly alike on both sides, and sometimes a
 * flame that is not. All of it is soft and see-through, so that its greys add up.
 */
export function lantern(size: number, random: Random): Field {
  const sign = random.chance(0.75) ? 1 : -1;
  const ground = random.chance(0.7) ? field(size, () => 0) : clouds(size, random);
  const shade = sign === 1 ? random.uniform(0, 90) : random.uniform(150, 255);
  const out: Field = { size, data: ground.data.map((v) => shade + 0.3 * v) };
  const axis = random.uniform(0.44, 0.56);
  const soft = (): number => size * 0.006 * 10 ** random.uniform();
  const paint = (shape: Float32Array, by: number): void => shape.forEach((a, i) => (out.data[i] += sign * by * a));

  const brightness = random.uniform(40, 130);
  const [top, height, width] = [random.uniform(0.4, 0.6), random.uniform(0.3, 0.6), random.uniform(0.3, 0.5)];
  const body = ellipse(size, top, axis, height, width, random, soft(), 0.06).data;
  paint(body, brightness);
  for (let parts = random.integer(2, 8); parts > 0; parts--) {
    const part = random.pick(['pane', 'pane', 'pane', 'bars', 'post', 'twigs']);
    if (part === 'bars') paint(bars(size, axis, body, random), random.uniform(4, 24));
    else if (part === 'post') paint(post(size, axis + random.pick([0, 0, random.uniform(0.05, 0.3)]), random), random.uniform(10, 70));
    else if (part === 'twigs') paint(twigs(size, axis + random.uniform(0, 0.2), random), random.uniform(5, 40));
    else {
      const rx = random.uniform(0.04, 0.2);
      const at = { y: random.uniform(0.15, 0.85), x: axis + random.uniform(0.3, 1.5) * rx + random.uniform(0, 0.1) };
      const by = random.chance(0.75) ? -random.uniform(0.2, 0.9) : random.uniform(0.1, 0.5);
      paint(pane(size, at.y, at.x, random.uniform(0.06, 0.34), rx, soft(), random), by * brightness);
    }
  }
  if (random.chance(0.8)) mirror(out.data, size, axis);
  if (random.chance(0.35)) {
    const [y, x] = [random.uniform(0.1, 1), axis + random.normal(0, 0.2)];
    paint(pane(size, y, x, random.uniform(0.06, 0.3), random.uniform(0.06, 0.4), soft(), random), random.uniform(10, 70));
  }
  return random.chance(0.35) ? turned(out) : out;
}

/** An upright bar with beads. */
function post(size: number, at: number, random: Random): Float32Array {
  const [width, beads, depth] = [random.uniform(0.01, 0.06), random.uniform(8, 24), random.uniform(0, 0.3)];
  return field(size, (y, x) => {
    const near = smoothStep(1.5 * (1 - Math.abs(x / size - at) / width));
    return near * (1 + depth * Math.sin((2 * Math.PI * beads * y) / size));
  }).data;
}

/** A few trees that grow to one side. */
function twigs(size: number, at: number, random: Random): Float32Array {
  const depth = new Float32Array(size * size);
  const root = { y: random.uniform(0.3, 0.7) * size, x: at * size };
  for (let trees = random.integer(1, 5); trees > 0; trees--) {
    growTree(depth, size, { ...root, angle: random.normal(0, 0.7) }, (random.uniform(1, 2.5) * size) / 224, random);
  }
  return depth;
}

/** A soft-edged pane, slightly tilted: an ellipse, or a box with round corners. */
function pane(size: number, cy: number, cx: number, ry: number, rx: number, soft: number, random: Random): Float32Array {
  const tilt = random.normal(0, 0.2);
  const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
  const edge = (1.5 * soft) / size / Math.min(ry, rx);
  const power = random.uniform(1.6, 3);
  return field(size, (py, px) => {
    const [dy, dx] = [py / size - cy, px / size - cx];
    const [y, x] = [Math.abs(c * dy - s * dx) / ry, Math.abs(s * dy + c * dx) / rx];
    if (y > 2 || x > 2) return 0;
    return smoothStep((1 - (y ** power + x ** power) ** (1 / power)) / edge + 0.5);
  }).data;
}

/** Equal curved bars that slope away from an axis, where there is a body. */
function bars(size: number, axis: number, body: Float32Array, random: Random): Float32Array {
  const period = random.uniform(0.05, 0.13);
  const [slope, bend] = [random.normal(0, 0.7), random.normal(0, 1.2)];
  const width = random.uniform(0.25, 0.6);
  const soft = random.uniform(0.1, 0.3);
  return field(size, (y, x) => {
    const a = body[y * size + x];
    if (a === 0) return 0;
    const u = Math.abs(x / size - axis);
    const v = (y / size + slope * u + bend * u * u) / period;
    const band = Math.abs(2 * (v - Math.floor(v)) - 1);
    return a * smoothStep((width - band) / soft + 0.5);
  }).data;
}

/** Makes the left of an upright axis the image of the right, in place. */
function mirror(data: Float32Array, size: number, axis: number): void {
  const twice = Math.round(2 * axis * size);
  for (let y = 0; y < size; y++) for (let x = 0; 2 * x < twice; x++) data[y * size + x] = data[y * size + Math.min(size - 1, twice - x)];
}

/** Rows become columns. */
function turned({ size, data }: Field): Field {
  return field(size, (y, x) => data[x * size + y]);
}
