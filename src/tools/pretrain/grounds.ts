import type { Random } from '../../common/random';
import { cells, clouds, shapes, speckle, stripes } from './materials';
import type { Field } from './noise';
import type { Ground } from '../../models/phrases';
import { lantern } from './lantern';
import { arcs, branches, bricks, fruit, glass, leaves, rows, weave } from './scenes';

/** How often each ground is drawn, relative to the others: scenes of several things most often. */
const OFTEN: Record<Ground, number> = {
  clouds: 1,
  stripes: 1,
  cells: 1,
  speckle: 1,
  shapes: 1,
  fruit: 3,
  leaves: 3,
  glass: 2,
  branches: 2,
  lantern: 5,
  weave: 1,
  bricks: 1,
  arcs: 2,
  rows: 1,
};
const DRAW: Record<Ground, (size: number, random: Random) => Field> = {
  clouds,
  stripes,
  cells,
  speckle,
  shapes,
  fruit,
  leaves,
  glass,
  branches,
  lantern,
  weave,
  bricks,
  arcs,
  rows,
};
const KINDS = (Object.keys(OFTEN) as Ground[]).flatMap((kind) => Array.from({ length: OFTEN[kind] }, () => kind));

/** A picture into which nothing was put, grey levels 0 to 255. */
export function drawGround(kind: Ground, size: number, random: Random): Field {
  return DRAW[kind](size, random);
}

/** A kind of ground, by how often each is drawn. */
export function pickGround(random: Random): Ground {
  return random.pick(KINDS);
}
