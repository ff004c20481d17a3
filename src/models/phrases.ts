import type { Random } from '../common/random';

/**
 * The words of the corpus. It is a drawn world without any medicine: no anatomy, no disease, and no
 * word that says whether something is normal. What such words mean is not learned here, as CLIP
 * hardly learned it from the web.
 */

/** What fills a picture, and the phrases for it. */
export const GROUNDS = {
  clouds: ['clouds', 'a cloudy sky', 'smooth stains', 'marble'],
  stripes: ['stripes', 'a striped cloth', 'a furrowed field', 'layers of sand'],
  cells: ['a cracked soil', 'a wall of stones', 'a mosaic', 'foam'],
  speckle: ['grainy paper', 'gravel', 'sand', 'felt'],
  shapes: ['stones on the ground', 'shapes on a table', 'round things on a cloth'],
  fruit: ['a fruit cut open', 'a cut pot with a thick wall', 'a shell with chambers', 'a round thing with parts inside'],
  leaves: ['fallen leaves', 'a heap of things', 'scraps of paper', 'pebbles of all sizes'],
  glass: ['panes of glass', 'veils one over the other', 'see-through shapes', 'smoke behind glass'],
  branches: ['branches', 'a bare tree', 'roots', 'rivers from above'],
  lantern: ['a paper lantern', 'a lit window', 'a lamp behind a screen', 'a cage under a cloth'],
  weave: ['a woven basket', 'cloth', 'a net', 'a fence'],
  bricks: ['a brick wall', 'tiles', 'a paved road', 'shelves'],
  arcs: ['arches', 'rings of a tree', 'a cage of curved bars', 'ripples'],
  rows: ['things in rows', 'buttons on a board', 'equal things in a grid'],
} as const;
export type Ground = keyof typeof GROUNDS;

/** What is put in, and the phrases for it. */
export const THINGS = {
  bright: ['a bright blob', 'a pale spot', 'a white stain', 'a light patch'],
  dark: ['a dark blob', 'a dark hole', 'a black stain', 'an ink spot'],
  rim: ['a ring', 'a hollow ball', 'a bowl with a bright rim'],
  texture: ['a patch of another cloth', 'a rough patch', 'a mottled patch'],
  smooth: ['a blurred patch', 'a polished patch', 'a wiped place'],
  graft: ['a foreign piece', 'a piece from elsewhere', 'a misplaced piece'],
  warp: ['a bulge', 'a whirl', 'a bent place'],
  line: ['a crack', 'a thread', 'a scratch'],
  spots: ['small dots', 'a handful of grains', 'drops'],
  shade: ['a shadow', 'haze', 'a veil'],
} as const;
export type Thing = keyof typeof THINGS;

const VIEWS = ['a photo of', 'a drawing of', 'a picture of', 'a close-up of', 'a view of', ''];

/** A caption: view, ground, and mostly the things: "a photo of gravel with a ring and a crack". */
export function caption(ground: string, things: readonly string[], random: Random): string {
  const named = [...new Set(things)].slice(0, 2);
  const start = `${random.pick(VIEWS)} ${ground}`.trim();
  if (named.length === 0 || random.chance(0.15)) return start;
  const words = named.join(' and ');
  return random.chance(0.3) ? `${words} on ${ground}` : `${start} with ${words}`;
}

/** Every text that a caption or a prompt of the corpus may be made of. */
export function allPhrases(): string[] {
  return [...VIEWS, ...Object.values(GROUNDS).flat(), ...Object.values(THINGS).flat(), 'with', 'and', 'on', 'X X', 'a.'].filter(
    (s) => s !== '',
  );
}
