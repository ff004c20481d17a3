import type { Random } from '../../common/random';
import type { PixelGrid } from '../physics/pixel-grid';
import { clamp01, mix, smoothstep } from '../physics/soft';
import { smoothNoise, type Noise } from '../physics/noise';
import { traceTube, uniteTube } from '../physics/tube';
import { randomDeepStructures } from './deep';
import { growFolds } from './folds';
import { randomHead, type Head } from './head';

/** The largest distance from CSF in the maps, mm. */
const REACH = 9;

/** A patient's slice. Maps have one value per pixel; distances are in mm. */
export interface BrainAnatomy {
  age: number;
  /** 0 at the third ventricle, 1 near the vertex. */
  level: number;
  /** Loss of tissue, 0 to 1: wider folds and ventricles. */
  atrophy: number;
  head: Head;
  /** Distance from the CSF in the folds, negative inside. */
  folds: Float32Array;
  /** Distance from the ventricles, negative inside. */
  ventricles: Float32Array;
  /** Share of deep grey matter. */
  nuclei: Float32Array;
  /** Share of choroid plexus. */
  plexus: Float32Array;
  /** Thickness of the cortex, mm. */
  cortex: number;
  /** Strength of the bright caps around the ventricles of old patients, 0 to 1. */
  caps: number;
  /** Fine variation of the tissue. */
  texture: Noise;
}

/**
 * A random patient, 18 to 88 years old. The loss of tissue grows with age and varies between
 * people.
 */
export function randomBrain(random: Random, g: PixelGrid): BrainAnatomy {
  const age = Math.round(random.uniform(18, 88));
  const level = random.uniform(0, 0.95);
  const atrophy = clamp01((age - 30) / 75 + random.normal(0, 0.15));
  const head = randomHead(random, level, atrophy);
  const width = 0.75 + 1.15 * atrophy * random.uniform(0.6, 1.5) + random.uniform(0, 0.35);
  const deep = randomDeepStructures(random, level, width);
  const empty = (value: number): Float32Array => new Float32Array(g.size * g.size).fill(value);

  const ventricles = empty(REACH);
  deep.ventricles.forEach((tube) => uniteTube(g, tube, REACH, ventricles));
  const nuclei = empty(0);
  for (const nucleus of deep.nuclei) {
    g.forEachNear(nucleus.x, nucleus.y, nucleus.reach + 2, (i, x, y) => {
      nuclei[i] = Math.max(nuclei[i], smoothstep(-1.2, 1.2, nucleus.depth(x, y)));
    });
  }
  const core = (x: number, y: number): boolean => {
    const u = x / mix(36, 20, smoothstep(0.2, 0.6, level));
    const v = (y - 2) / mix(36, 28, smoothstep(0.2, 0.6, level));
    return (level < 0.66 && u * u + v * v < 1) || (Math.abs(x) > 15 && head.brain(x, y) > 30);
  };
  const { sulci, fissure } = growFolds(random, head, level, atrophy, core);
  const folds = empty(REACH);
  [...sulci, ...fissure, ...deep.cisterns].forEach((tube) => uniteTube(g, tube, REACH, folds));
  const plexus = empty(0);
  deep.plexus.forEach((tube) =>
    traceTube(g, tube, 1, (i, gap) => {
      plexus[i] = clamp01(0.5 - gap) * 0.8;
    }),
  );
  return {
    age,
    level,
    atrophy,
    head,
    folds,
    ventricles,
    nuclei,
    plexus,
    cortex: random.uniform(2.4, 3.4) * (1 - 0.15 * atrophy),
    caps: clamp01(((age - 45) / 60) * random.uniform(0, 1.3)),
    texture: smoothNoise(random, 5, 2),
  };
}
