import type { Random } from '../common/random';
import { smoothstep } from '../phantoms/physics/soft';
import type { GrayImage } from '../image/image';

/** What can be wrong with a tablet. */
export const TABLET_DEFECTS = ['chip', 'crack', 'stain', 'hair'] as const;
export type TabletDefect = (typeof TABLET_DEFECTS)[number];

interface Tablet {
  cy: number;
  cx: number;
  radius: number;
  /** Directions of the light and of the score line, radians. */
  light: number;
  line: number;
  level: number;
  ground: number;
}

/** A change of the picture: the new value at a place whose value was `value`. */
type Change = (y: number, x: number, value: number) => number;

/**
 * A picture of a round white tablet on a dark belt, as an inspection camera sees it. It is rendered
 * from a few formulas, not a photograph. Place, size, light and the direction of the score line
 * vary.
 * @param size - pixels per side
 */
export function renderTablet(size: number, random: Random, defect?: TabletDefect): GrayImage {
  const tablet: Tablet = {
    cy: size * random.uniform(0.46, 0.54),
    cx: size * random.uniform(0.46, 0.54),
    radius: size * random.uniform(0.34, 0.39),
    light: random.uniform(-2.6, -2),
    line: random.uniform(0, Math.PI),
    level: random.uniform(170, 195),
    ground: random.uniform(38, 58),
  };
  const change = defect === undefined ? undefined : CHANGES[defect](tablet, random);
  const data = new Uint8Array(size * size);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const clean = surface(tablet, y, x);
      const value = change === undefined ? clean : change(y, x, clean);
      data[i] = Math.min(255, Math.max(0, Math.round(value + random.normal(0, 4))));
    }
  }
  return { width: size, height: size, channels: 1, data };
}

function surface({ cy, cx, radius, light, line, level, ground }: Tablet, y: number, x: number): number {
  const [dy, dx] = [(y - cy) / radius, (x - cx) / radius];
  const r = Math.hypot(dy, dx);
  const towards = (Math.sin(light) * dy + Math.cos(light) * dx) / Math.max(r, 1e-6);
  const shadow = smoothstep(0, 1, (1.12 - Math.hypot(dy + 0.07 * Math.sin(light), dx + 0.07 * Math.cos(light))) / 0.16);
  const belt = ground * (1 - 0.55 * shadow);
  const bevel = smoothstep(0, 1, (r - 0.84) / 0.1) * towards * 32;
  const across = (Math.cos(line) * dy - Math.sin(line) * dx) * radius;
  const groove = Math.exp(-((across / 2.6) ** 2)) * (across > 0 ? -14 : -48);
  const top = level + 10 * towards * r + bevel + groove * smoothstep(0, 1, (0.9 - r) / 0.05);
  return belt + (top - belt) * smoothstep(0, 1, (1 - r) / 0.03 + 0.5);
}

const CHANGES: Record<TabletDefect, (tablet: Tablet, random: Random) => Change> = { chip, crack, stain, hair };

function chip({ cy, cx, radius, ground }: Tablet, random: Random): Change {
  const at = random.uniform(0, 2 * Math.PI);
  const [y0, x0] = [cy + 0.98 * radius * Math.sin(at), cx + 0.98 * radius * Math.cos(at)];
  const size = radius * random.uniform(0.18, 0.32);
  const turn = random.uniform(0, 7);
  return (y, x, value) => {
    const wave = 1 + 0.15 * Math.sin(5 * Math.atan2(y - y0, x - x0) + turn);
    const inside = smoothstep(0, 1, (size * wave - Math.hypot(y - y0, x - x0)) / 3);
    return value + inside * (Math.min(value, ground + 12) - value);
  };
}

function crack({ cy, cx, radius }: Tablet, random: Random): Change {
  const at = random.uniform(0, 2 * Math.PI);
  const points: [number, number][] = [[cy + radius * Math.sin(at), cx + radius * Math.cos(at)]];
  let heading = at + Math.PI + random.uniform(-0.4, 0.4);
  for (let k = 0; k < random.integer(7, 12); k++) {
    const [y, x] = points[points.length - 1];
    points.push([y + 0.13 * radius * Math.sin(heading), x + 0.13 * radius * Math.cos(heading)]);
    heading += random.uniform(-0.6, 0.6);
  }
  return (y, x, value) => value - 95 * Math.exp(-((distance(points, y, x) / 1.7) ** 2));
}

function stain({ cy, cx, radius }: Tablet, random: Random): Change {
  const [turn, away] = [random.uniform(0, 2 * Math.PI), radius * random.uniform(0.1, 0.6)];
  const [y0, x0] = [cy + away * Math.sin(turn), cx + away * Math.cos(turn)];
  const size = radius * random.uniform(0.15, 0.3);
  const depth = random.uniform(45, 85);
  return (y, x, value) => value - depth * smoothstep(0, 1, (size - Math.hypot(y - y0, 1.3 * (x - x0))) / (0.5 * size));
}

function hair({ cy, cx, radius }: Tablet, random: Random): Change {
  const [turn, bend] = [random.uniform(0, 2 * Math.PI), random.uniform(-0.7, 0.7)];
  const points = Array.from({ length: 24 }, (_, k): [number, number] => {
    const t = (k / 23) * 2 - 1;
    const [along, aside] = [0.75 * radius * t, bend * radius * (t * t - 0.5)];
    return [cy + along * Math.sin(turn) + aside * Math.cos(turn), cx + along * Math.cos(turn) - aside * Math.sin(turn)];
  });
  return (y, x, value) => value - 120 * Math.exp(-((distance(points, y, x) / 1.3) ** 2));
}

/** Distance of a place from a line through points. */
function distance(points: readonly [number, number][], y: number, x: number): number {
  let best = Infinity;
  for (let i = 1; i < points.length; i++) {
    const [[ay, ax], [by, bx]] = [points[i - 1], points[i]];
    const [vy, vx] = [by - ay, bx - ax];
    const t = Math.min(1, Math.max(0, ((y - ay) * vy + (x - ax) * vx) / (vy * vy + vx * vx)));
    best = Math.min(best, Math.hypot(y - ay - t * vy, x - ax - t * vx));
  }
  return best;
}
