import type { Random } from '../../common/random';
import { blob, type Blob } from '../physics/blob';
import { smoothNoise } from '../physics/noise';
import { clamp01, coverage, smoothstep } from '../physics/soft';
import type { Strength } from '../modality';
import type { BrainAnatomy } from './anatomy';
import type { Tissue } from './contrast';

/** The kinds of lesion. */
export const BRAIN_LESIONS = ['glioma', 'metastasis', 'meningioma', 'haematoma', 'subdural', 'plaques', 'lacunes'] as const;
export type BrainLesionKind = (typeof BRAIN_LESIONS)[number];

/** One layer of a lesion: its share of each pixel (0 to 1), and the tissue that it consists of. */
export interface LesionLayer {
  tissue: Tissue;
  /** Middle and radius, mm, of a circle that contains the layer. */
  x: number;
  y: number;
  reach: number;
  /** The layer's share of a pixel, from the pixel's place and shares of tissue. */
  share: (x: number, y: number, maps: { white: number; parenchyma: number; depth: number }) => number;
}

/** A lesion: its layers from bottom to top, and the mass effect on its surroundings. */
export interface BrainLesion {
  kind: BrainLesionKind;
  contrast: number;
  layers: LesionLayer[];
  /** For a mass: its middle, its radius, and how far it pushes tissue aside, mm. */
  push?: { x: number; y: number; radius: number; amount: number };
}

/** A random lesion of a kind in a patient. */
export function randomBrainLesion(
  random: Random,
  anatomy: BrainAnatomy,
  kind: BrainLesionKind,
  { contrast, extent }: Strength,
): BrainLesion {
  const layers = { glioma, metastasis, meningioma, haematoma, subdural, plaques, lacunes }[kind];
  return { kind, contrast, ...layers(random, anatomy, extent) };
}

type Parts = Pick<BrainLesion, 'layers' | 'push'>;

function glioma(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const radius = random.uniform(11, 23) * extent;
  const { x, y } = placeInside(random, anatomy, radius * 0.7 + 3);
  const core = blob(random, { x, y, radius, aspect: random.uniform(1, 1.5), angle: random.uniform(0, 3.14), roughness: 0.13 });
  const parts: LesionLayer[] = [oedema(random, core, random.uniform(1.25, 1.9)), solid('tumour', core, 1.5)];
  const mottle = smoothNoise(random, radius * 0.5, 2);
  if (random.chance(0.75)) {
    const rim = random.uniform(2, 4);
    parts.push(shell('enhancing', core, (px, py) => rim * (1 + 0.6 * mottle(px, py))));
    parts.push(textured('necrosis', core, rim, mottle));
  } else {
    parts.push(textured('necrosis', core, radius * 0.35, mottle));
  }
  return { layers: parts, push: { x, y, radius, amount: random.uniform(0.25, 0.5) * radius } };
}

function metastasis(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const radius = random.uniform(6, 12) * extent;
  const { x, y } = placeInside(random, anatomy, radius + 3);
  const core = blob(random, { x, y, radius, aspect: random.uniform(1, 1.25), angle: random.uniform(0, 3.14), roughness: 0.06 });
  const wall = random.uniform(1.4, 2.4);
  const layers = [oedema(random, core, random.uniform(1.7, 2.9)), solid('necrosis', core, 1.2), shell('enhancing', core, () => wall)];
  return { layers, push: { x, y, radius: radius * 1.2, amount: 0.4 * radius } };
}

function meningioma(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const radius = random.uniform(11, 21) * extent;
  const turn = random.uniform(0, 2 * Math.PI);
  const edge = anatomy.head.brain(0.01 * Math.cos(turn), 0.01 * Math.sin(turn));
  const r = edge - radius * random.uniform(0.45, 0.75);
  const [x, y] = [r * Math.cos(turn), r * Math.sin(turn)];
  const mass = blob(random, { x, y, radius, aspect: random.uniform(1, 1.3), angle: turn + Math.PI / 2, roughness: 0.04 });
  const body: LesionLayer = {
    tissue: 'meningioma',
    x,
    y,
    reach: mass.reach + 2,
    share: (px, py, { depth }) => Math.min(coverage(mass.depth(px, py), 1.4), coverage(depth + 2, 1.4)),
  };
  const cleft: LesionLayer = {
    ...body,
    tissue: 'csf',
    reach: mass.reach + 4,
    share: (px, py, { depth }) => 0.8 * Math.min(coverage(mass.depth(px, py) + 1.6, 1.4), coverage(depth, 1.4)),
  };
  const around = random.chance(0.6) ? [oedema(random, mass, random.uniform(1.2, 1.6))] : [];
  return { layers: [...around, cleft, body], push: { x, y, radius, amount: random.uniform(0.45, 0.75) * radius } };
}

function haematoma(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const radius = random.uniform(8, 17) * extent;
  const { x, y } = placeInside(random, anatomy, radius + 2);
  const shape = blob(random, { x, y, radius, aspect: random.uniform(1, 1.7), angle: random.uniform(0, 3.14), roughness: 0.12 });
  const push = { x, y, radius, amount: 0.3 * radius };
  const rim = random.uniform(1.2, 2.6);
  const stage = random.pick(['freshBlood', 'oldBlood'] as const);
  return {
    layers: [oedema(random, shape, random.uniform(1.2, 1.6)), solid(stage, shape, 1.3), shell('haemosiderin', shape, () => rim)],
    push,
  };
}

function subdural(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const turn = random.pick([0, Math.PI]) + random.uniform(-0.7, 0.7);
  const half = random.uniform(0.6, 1.1);
  const thick = random.uniform(8, 15) * extent;
  const { head } = anatomy;
  const edge = head.brain(0.01 * Math.cos(turn), 0.01 * Math.sin(turn));
  const [x, y] = [edge * Math.cos(turn), edge * Math.sin(turn)];
  const crescent: LesionLayer = {
    tissue: random.pick(['freshBlood', 'oldBlood', 'oldBlood'] as const),
    x,
    y,
    reach: edge * 1.3,
    share: (px, py, { depth }) => {
      let off = Math.abs(Math.atan2(py, px) - turn);
      if (off > Math.PI) off = Math.abs(2 * Math.PI - off);
      const height = thick * Math.sqrt(clamp01(1 - (off / half) * (off / half)));
      const gap = head.layersAt(px, py).gap;
      return height < 0.4 ? 0 : Math.min(coverage(height - depth, 1.4), coverage(depth + gap - 0.8, 1.4));
    },
  };
  return { layers: [crescent], push: { x: 1.12 * x, y: 1.12 * y, radius: edge * half * 0.9, amount: thick * 0.9 } };
}

function plaques(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const count = random.integer(5, 14);
  const layers = Array.from({ length: count }, () => {
    const { x, y } = placeInside(random, anatomy, 9, 42);
    const angle = Math.atan2(y, x) + random.normal(0, 0.3);
    return solid(
      'plaque',
      blob(random, { x, y, radius: random.uniform(2.6, 5.4) * extent, aspect: random.uniform(1.2, 2.2), angle, roughness: 0.08 }),
      1.6,
    );
  });
  return { layers };
}

function lacunes(random: Random, anatomy: BrainAnatomy, extent: number): Parts {
  const count = random.integer(2, 6);
  const layers = Array.from({ length: count }, () => {
    const { x, y } = placeInside(random, anatomy, 12, 40);
    const hole = blob(random, {
      x,
      y,
      radius: random.uniform(2.8, 5) * extent,
      aspect: random.uniform(1, 1.6),
      angle: random.uniform(0, 3.14),
      roughness: 0.08,
    });
    return [
      {
        ...solid('gliosis', hole, 1.5),
        share: (px: number, py: number) => coverage(hole.depth(px, py) + 1.4, 1.6) * (1 - coverage(hole.depth(px, py), 1.3)),
      },
      solid('cavity', hole, 1.3),
    ];
  });
  return { layers: layers.flat() };
}

/**
 * A random place in the brain: at least `margin` mm below its surface, away from CSF spaces, and at
 * most `farthest` mm from the middle.
 */
function placeInside(random: Random, { head, level }: BrainAnatomy, margin: number, farthest = 80): { x: number; y: number } {
  for (let tries = 0; ; tries++) {
    const x = random.uniform(-head.halfBreadth, head.halfBreadth);
    const y = random.uniform(-head.halfLength, head.halfLength);
    const middle = level < 0.66 && Math.abs(x) < 14 && Math.abs(y) < 40;
    if (tries > 200 || (head.brain(x, y) > margin && Math.abs(x) > 6 && !middle && x * x + y * y < farthest * farthest)) return { x, y };
  }
}

function solid(tissue: Tissue, shape: Blob, soft: number): LesionLayer {
  return {
    tissue,
    x: shape.x,
    y: shape.y,
    reach: shape.reach + 2,
    share: (x, y, { parenchyma }) => coverage(shape.depth(x, y), soft) * clamp01(0.6 + parenchyma),
  };
}

function shell(tissue: Tissue, shape: Blob, thickness: (x: number, y: number) => number): LesionLayer {
  return {
    ...solid(tissue, shape, 1),
    share: (x, y) => {
      const depth = shape.depth(x, y);
      return Math.min(coverage(depth, 1.2), coverage(thickness(x, y) - depth, 1.2));
    },
  };
}

function textured(tissue: Tissue, shape: Blob, rim: number, noise: (x: number, y: number) => number): LesionLayer {
  return {
    ...solid(tissue, shape, 1),
    share: (x, y) => coverage(shape.depth(x, y) - rim * (1.2 + 0.8 * noise(x, y)), 2.5) * clamp01(0.75 + 0.4 * noise(y, x)),
  };
}

/**
 * Water in the white matter around a mass: it spreads in fingers along fibres and spares the
 * cortex.
 */
function oedema(random: Random, mass: Blob, factor: number): LesionLayer {
  const fingers = smoothNoise(random, mass.reach * 0.55, 2);
  const width = Math.min(15, mass.reach * (factor - 1));
  return {
    tissue: 'oedema',
    x: mass.x,
    y: mass.y,
    reach: mass.reach + 2.2 * width + 3,
    share: (x, y, { white }) => {
      const depth = mass.depth(x, y) + width * (1 + 0.75 * fingers(x, y));
      return smoothstep(-4, 6, depth) * smoothstep(0.05, 0.75, white);
    },
  };
}
