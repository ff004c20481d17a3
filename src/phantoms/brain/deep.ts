import type { Random } from '../../common/random';
import { blob, type Blob } from '../physics/blob';
import { mix, smoothstep } from '../physics/soft';
import type { TubePoint } from '../physics/tube';

/**
 * The deep structures: CSF spaces as tubes, deep grey matter as blobs, and veins of the choroid
 * plexus as points of CSF spaces.
 */
export interface DeepStructures {
  ventricles: TubePoint[][];
  /** Thin cisterns next to the insula and behind the midbrain. */
  cisterns: TubePoint[][];
  nuclei: Blob[];
  plexus: TubePoint[][];
}

/**
 * Random ventricles and nuclei of a slice at `level`: 0 at the third ventricle, 0.4 at the bodies
 * of the lateral ventricles; above 0.68 there are none. The ventricles' width is multiplied by
 * `width`.
 */
export function randomDeepStructures(random: Random, level: number, width: number): DeepStructures {
  const ventricles: TubePoint[][] = [];
  const cisterns: TubePoint[][] = [];
  const plexus: TubePoint[][] = [];
  const nuclei: Blob[] = [];
  const top = 1 - smoothstep(0.55, 0.69, level);
  const w = width * mix(0.6, 1, top);
  const apart = 1 + 0.22 * (width - 1);
  const jitter = (): number => random.normal(0, 0.8);
  for (const side of [-1, 1]) {
    const asymmetry = random.uniform(0.85, 1.15);
    const tube = (...points: [number, number, number][]): TubePoint[] =>
      points.map(([x, y, r]) => ({ x: side * (x * apart + jitter()), y: y + jitter(), r: Math.max(0.5, r * w * asymmetry) }));
    if (level < 0.18) {
      ventricles.push(tube([15, -37, 1.2], [11, -31, 2.6], [7, -24, 3.4], [4, -17, 2.4], [2.5, -12, 1]));
      ventricles.push(tube([22, 20, 2.2], [27, 27, 3.8], [28, 35, 3.4], [25, 45, 1.2]));
      plexus.push([
        { x: side * 25 * apart, y: 25, r: 2.2 },
        { x: side * 27 * apart, y: 30, r: 1.6 },
      ]);
    } else if (top > 0) {
      const lift = smoothstep(0.2, 0.6, level);
      const front = mix(-35, -22, lift);
      const back = mix(42, 26, lift);
      ventricles.push(
        tube(
          [mix(14, 11, lift), front, 1.2],
          [mix(10, 9, lift), front + 9, 3.2],
          [7.5, mix(-12, -6, lift), 3.6],
          [8.5, 6, 3.6],
          [mix(15, 12, lift), mix(20, 14, lift), 3.8],
          [mix(22, 15, lift), mix(30, 20, lift), 3.2],
          [mix(23, 16, lift), back, 1],
        ),
      );
      plexus.push([
        { x: side * 9 * apart, y: 6, r: 1.2 },
        { x: side * mix(16, 12, lift) * apart, y: 20, r: 1.8 },
      ]);
    }
    const present = 1 - smoothstep(0.3, 0.42, level);
    if (present > 0.1) {
      const nucleus = (x: number, y: number, radius: number, aspect: number, angle: number): Blob =>
        blob(random, {
          x: side * (x * apart + jitter()),
          y: y + jitter(),
          radius: radius * present,
          aspect,
          angle: side > 0 ? angle : Math.PI - angle,
          roughness: 0.05,
        });
      nuclei.push(nucleus(14, -22, 5.6, 1.7, 1.2), nucleus(26, -4, 9.5, 2.4, 1.35), nucleus(10.5, 7, 10, 1.6, 1.05));
      const out = random.uniform(39, 43);
      cisterns.push([
        { x: side * 66, y: random.uniform(-14, -4), r: 1.1 * w },
        { x: side * 52, y: random.uniform(-10, -5), r: 0.8 * w },
        { x: side * out, y: -8, r: 0.9 * w },
        { x: side * (out - 1), y: random.uniform(4, 14), r: 0.6 * w },
      ]);
      cisterns.push([
        { x: side * out, y: -8, r: 0.8 * w },
        { x: side * (out - 4), y: random.uniform(-22, -17), r: 0.6 * w },
      ]);
    }
  }
  if (level < 0.25) {
    ventricles.push([
      { x: 0, y: -11, r: 0.9 * w },
      { x: 0, y: 12, r: 1.1 * w },
    ]);
    cisterns.push([
      { x: -9, y: 24, r: 1.2 * w },
      { x: 0, y: 27, r: 2.4 * w },
      { x: 9, y: 24, r: 1.2 * w },
    ]);
  }
  return { ventricles, cisterns, nuclei, plexus };
}
