import type { Random } from '../common/random';
import { PUBLISHED_PROMPTS } from '../methods/mediclip/prompts';

/** What an image of the corpus shows, in words. */
export interface Content {
  /** "brain MRI", "cloud texture". */
  subject: string;
  /** What was put in, a phrase each: "bright blob". Empty for a normal image. */
  findings: string[];
}

const VIEWS = ['a photo of', 'an image of', 'a picture showing', 'a scan of', 'a slice of', ''];
const NORMAL = [...PUBLISHED_PROMPTS.normal, 'no abnormality', 'without finding', 'intact', 'regular'];
const ABNORMAL = [...PUBLISHED_PROMPTS.abnormal, 'anomaly', 'defect', 'damaged', 'irregular'];

/** The words for subjects that captions may hold. */
export const SUBJECTS = {
  brain: ['brain', 'brain MRI', 'axial brain MRI', 'head MR slice'],
  chest: ['chest', 'chest X-ray', 'frontal chest radiograph', 'thorax X-ray'],
  breast: ['breast', 'breast ultrasound', 'breast sonography', 'ultrasound of the breast'],
  body: ['section through a body', 'organ', 'cross section', 'tissue section'],
  shapes: ['shapes', 'objects on a background', 'scene of simple shapes'],
  clouds: ['cloud texture', 'clouds', 'smooth texture'],
  stripes: ['stripes', 'striped texture', 'layered texture'],
  cells: ['cells', 'cell texture', 'tissue of cells'],
  speckle: ['speckle', 'speckle texture', 'grainy texture'],
} as const;
export type Subject = keyof typeof SUBJECTS;

/** The phrases for what is put in. */
export const FINDINGS = {
  bright: ['bright blob', 'bright mass', 'bright spot', 'hyperintense lesion'],
  dark: ['dark blob', 'dark hole', 'dark spot', 'hypointense lesion'],
  rim: ['ring', 'mass with a bright rim', 'cyst with a wall'],
  texture: ['patch of another texture', 'rough patch', 'mottled lesion'],
  smooth: ['blurred patch', 'smooth patch', 'effaced area'],
  graft: ['foreign patch', 'patch from elsewhere', 'misplaced tissue'],
  warp: ['distortion', 'swelling', 'deformed area'],
  line: ['line', 'crack', 'thin streak'],
  spots: ['small spots', 'cluster of spots', 'grains'],
  shade: ['shadow', 'haze', 'diffuse opacity'],
} as const;
export type Finding = keyof typeof FINDINGS;

/** A caption: view, subject, verdict in the words of the prompt lists, and mostly what was found. */
export function caption({ subject, findings }: Content, random: Random): string {
  const abnormal = findings.length > 0;
  const verdict = random.pick(abnormal ? ABNORMAL : NORMAL);
  const named = abnormal && random.chance(0.7) ? `, ${[...new Set(findings)].slice(0, 2).join(' and ')}` : '';
  const view = random.pick(VIEWS);
  const order = random.uniform();
  if (order < 0.4) return `${view} ${subject}, ${verdict}${named}`.trim();
  if (order < 0.7) return `${verdict} ${subject}${named}`;
  return `${subject}: ${verdict}${named}`;
}

/** Every text that a caption may be made of: what the vocabulary in training must hold. */
export function allPhrases(): string[] {
  return [
    ...VIEWS.filter((view) => view !== ''),
    ...NORMAL,
    ...ABNORMAL,
    ...Object.values(SUBJECTS).flat(),
    ...Object.values(FINDINGS).flat(),
    'and',
    ',',
    ':',
    'a, b and c: d, e.',
  ];
}
