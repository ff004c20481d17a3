import type { ImageTraits } from './image-traits';

/** The kind of a trait, which decides the remedy for a difference. */
export type TraitGroup = 'file' | 'depth' | 'size' | 'content';

/** The words for a trait in messages. */
export interface TraitWords {
  /** The subject of a sentence: `the number of bits used`. */
  name: string;
  group: TraitGroup;
  /** Formats a value with its unit. */
  show: (value: number | string) => string;
}

const plain = (value: number | string): string => (typeof value === 'string' ? value : String(Number(value.toPrecision(3))));
const unit =
  (word: string): TraitWords['show'] =>
  (value) =>
    `${plain(value)} ${word}`;
const pixels: TraitWords['show'] = (value) => `${value} pixels`;
const percent: TraitWords['show'] = (value) => `${Number((Number(value) * 100).toPrecision(3))} %`;

/** The words for each trait. Traits of the group `content` also depend on what an image shows. */
export const TRAIT_WORDS: Record<keyof ImageTraits, TraitWords> = {
  format: { name: 'the file type', group: 'file', show: plain },
  bits: { name: 'the bit depth', group: 'depth', show: unit('bits') },
  bitsUsed: { name: 'the number of bits used', group: 'depth', show: unit('bits') },
  colour: { name: 'the way colour is stored', group: 'file', show: plain },
  opacity: { name: 'opacity in the file', group: 'file', show: plain },
  width: { name: 'the width', group: 'size', show: pixels },
  height: { name: 'the height', group: 'size', show: pixels },
  aspect: { name: 'the aspect ratio', group: 'size', show: plain },
  metadata: { name: 'the metadata', group: 'file', show: plain },
  density: { name: 'the stated density', group: 'file', show: unit('dpi') },
  orientation: { name: 'the stored orientation', group: 'file', show: plain },
  jpegDivisor: { name: 'the strength of the JPEG compression', group: 'file', show: unit('as mean divisor') },
  jpegKind: { name: 'the kind of JPEG', group: 'file', show: plain },
  blockiness: { name: 'traces of JPEG blocks', group: 'file', show: plain },
  bytes: { name: 'the file size', group: 'content', show: unit('bytes') },
  bytesPerPixel: { name: 'the number of bytes per pixel', group: 'content', show: plain },
  darkest: { name: 'the darkest grey', group: 'content', show: percent },
  brightest: { name: 'the brightest grey', group: 'content', show: percent },
  shareBlack: { name: 'the share of black pixels', group: 'content', show: percent },
  shareWhite: { name: 'the share of white pixels', group: 'content', show: percent },
  sharpness: { name: 'the sharpness', group: 'content', show: plain },
};

/** The remedy if a trait of a group separates the classes. */
export const REMEDIES: Record<TraitGroup, string> = {
  file: 'save all images with the same program and settings, from the same source',
  depth: 'export all images with the same depth and the same window',
  size: 'take all images at the same size and crop, from the same source',
  content: 'unless that is what the findings look like, export all images in the same way',
};
