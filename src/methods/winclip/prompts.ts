/** The states of an object `[o]` (WinCLIP, Jeong et al. 2023, compositional prompt ensemble). */
export const WINCLIP_STATES = {
  normal: ['[o]', 'flawless [o]', 'perfect [o]', 'unblemished [o]', '[o] without flaw', '[o] without defect', '[o] without damage'],
  abnormal: ['damaged [o]', '[o] with flaw', '[o] with defect', '[o] with damage'],
};

/** The sentences around a state `[c]` (from the same paper). */
export const WINCLIP_TEMPLATES = [
  'a cropped photo of the [c].',
  'a cropped photo of a [c].',
  'a close-up photo of a [c].',
  'a close-up photo of the [c].',
  'a bright photo of a [c].',
  'a bright photo of the [c].',
  'a dark photo of the [c].',
  'a dark photo of a [c].',
  'a jpeg corrupted photo of a [c].',
  'a jpeg corrupted photo of the [c].',
  'a blurry photo of the [c].',
  'a blurry photo of a [c].',
  'a photo of a [c].',
  'a photo of the [c].',
  'a photo of a small [c].',
  'a photo of the small [c].',
  'a photo of a large [c].',
  'a photo of the large [c].',
  'a photo of the [c] for visual inspection.',
  'a photo of a [c] for visual inspection.',
  'a photo of the [c] for anomaly detection.',
  'a photo of a [c] for anomaly detection.',
];

/** What the images of known data sets show. */
const OBJECTS: Record<string, string> = {
  brainmri: 'brain MRI',
  chexpert: 'chest X-ray',
  busi: 'breast ultrasound',
  'phantom-brain': 'brain MRI',
  'phantom-chest': 'chest X-ray',
  'phantom-breast': 'breast ultrasound',
};

/**
 * What the images of a data set show: "brain MRI"; for an unknown data set its name, with spaces.
 */
export function objectOf(dataset: string): string {
  return OBJECTS[dataset.toLowerCase()] ?? dataset.replaceAll(/[-_.]+/g, ' ').trim();
}

/** The compositional prompt ensemble: every state of the object in every template. */
export function composePrompts(states: readonly string[], templates: readonly string[], object: string): string[] {
  return templates.flatMap((template) => states.map((state) => template.replaceAll('[c]', state.replaceAll('[o]', object))));
}
