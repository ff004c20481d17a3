import type { Random } from '../../common/random';
import { mix } from '../physics/soft';
import type { TubePoint } from '../physics/tube';
import type { Head } from './head';

/** The cortical folds of a slice: clefts that are filled with CSF, as tubes. */
export interface Folds {
  sulci: TubePoint[][];
  /**
   * The cleft between the hemispheres: its parts in front and behind, or one piece above the corpus
   * callosum.
   */
  fissure: TubePoint[][];
}

/** The smallest distance between folds, mm. */
const APART = 5.6;
/** The fold number of the midline, and the number for no fold. */
const MIDLINE = -1;
const NONE = -2;

/**
 * Grows folds inwards from the brain's surface and from the midline, as random walks that stop
 * before they meet another fold or `keepOut` (deep structures). Older brains have wider folds.
 */
export function growFolds(random: Random, head: Head, level: number, atrophy: number, keepOut: (x: number, y: number) => boolean): Folds {
  const width = mix(0.15, 1.15, atrophy);
  const fissure = midline(random, head, level, width);
  const taken: { x: number; y: number; owner: number }[] = [];
  fissure.flat().forEach(({ x, y }) => taken.push({ x, y, owner: MIDLINE }));
  const sulci: TubePoint[][] = [];
  const grow = (x: number, y: number, direction: number, length: number, radius: number, depth: number, parent: number): void => {
    const owner = sulci.length;
    const path: TubePoint[] = [];
    const step = 2.6;
    let angle = direction;
    let bend = random.normal(0, 0.1);
    for (let gone = 0; gone <= length; gone += step) {
      const blocked = taken.some(
        (p) => p.owner !== owner && (gone > 9 || p.owner !== parent) && (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y) < APART * APART,
      );
      if (gone > 3 && (blocked || keepOut(x, y) || head.brain(x, y) < 4)) break;
      path.push({ x, y, r: radius * mix(1.35, 0.55, gone / length) });
      bend += random.normal(0, 0.12) - 0.15 * bend;
      angle += bend;
      x += step * Math.cos(angle);
      y += step * Math.sin(angle);
    }
    if (path.length < 3) return;
    sulci.push(path);
    path.forEach((p) => taken.push({ x: p.x, y: p.y, owner }));
    if (depth < 2) {
      for (const side of [-1, 1]) {
        if (!random.chance(0.7)) continue;
        const from = path[random.integer(Math.min(2, path.length - 1), path.length)];
        grow(from.x, from.y, angle + side * random.uniform(0.8, 1.5), random.uniform(6, 15), radius * 0.85, depth + 1, owner);
      }
    }
  };
  for (const turn of random.shuffle(startAngles(random))) {
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    const edge = head.brain(0.01 * c, 0.01 * s);
    const length = random.chance(0.45) ? random.uniform(20, 34) : random.uniform(9, 19);
    grow(c * edge, s * edge, turn + Math.PI + random.normal(0, 0.25), length, width * random.uniform(0.7, 1.4), 0, NONE);
  }
  for (const { x, y } of random.shuffle(fissure.flatMap((part) => part.filter((_, i) => i % 3 === 1)))) {
    for (const side of [0, Math.PI]) {
      if (!random.chance(0.7)) continue;
      const long = random.chance(0.4) ? random.uniform(18, 30) : random.uniform(7, 14);
      grow(x, y, side + random.normal(0, 0.55), long, width * random.uniform(0.6, 1.1), 0, MIDLINE);
    }
  }
  return { sulci, fissure };
}

function startAngles(random: Random): number[] {
  const count = random.integer(48, 60);
  return Array.from({ length: count }, (_, i) => ((i + random.uniform(-0.35, 0.35)) / count) * 2 * Math.PI);
}

function midline(random: Random, head: Head, level: number, width: number): TubePoint[][] {
  const wander = random.normal(0, 0.6);
  const piece = (from: number, to: number): TubePoint[] => {
    const n = Math.max(4, Math.round(Math.abs(to - from) / 5));
    return Array.from({ length: n + 1 }, (_, i) => {
      const x = random.normal(0, 0.45) + wander * Math.sin((i / n) * Math.PI);
      return { x, y: mix(from, to, i / n), r: width * random.uniform(0.6, 1.1) };
    });
  };
  const front = -head.halfLength;
  const back = head.halfLength;
  if (level > 0.62) return [piece(front, back)];
  return [piece(front, mix(-40, -34, level / 0.6)), piece(back, mix(34, 30, level / 0.6))];
}
