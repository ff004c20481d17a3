/** The two classes, in the order of the text features' columns and of the map's channels. */
export const CLASSES = ['normal', 'abnormal'] as const;
export type ClassName = (typeof CLASSES)[number];

/** The words and phrases that stand for each class. */
export type PromptLists = Record<ClassName, string[]>;

/** The published lists (`config/brainmri.yaml` of github.com/cnulab/MediCLIP, the same for all three data sets). */
export const PUBLISHED_PROMPTS: PromptLists = {
  normal: [
    'normal',
    'healthy',
    'negative',
    'unremarkable',
    'clear',
    'asymptomatic',
    'normal findings',
    'no findings',
    'in good health',
    'no evidence of disease',
  ],
  abnormal: [
    'abnormal',
    'positive',
    'symptomatic',
    'disease',
    'lesion',
    'pathological',
    'impaired',
    'evidence of disease',
    'abnormal finding',
    'pathological condition',
    'pathological abnormality',
  ],
};
