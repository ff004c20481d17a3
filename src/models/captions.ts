import { PUBLISHED_PROMPTS } from '../methods/mediclip/prompts';

const VIEWS = ['a photo of', 'an image of', 'a picture showing', 'a scan of', 'a slice of', ''];
const NORMAL = [...PUBLISHED_PROMPTS.normal, 'no abnormality', 'without finding', 'intact', 'regular'];
const ABNORMAL = [...PUBLISHED_PROMPTS.abnormal, 'anomaly', 'defect', 'damaged', 'irregular'];

/** The words for subjects. */
const SUBJECTS = {
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

/** The phrases for what is put in. */
const FINDINGS = {
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

/** Every text of the captions from which `compact` learned: what its vocabulary in training held. */
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
