/** The methods that a run can use: MediCLIP, and those it is compared with. */
export const METHOD_NAMES = ['mediclip', 'zero-shot-clip', 'winclip', 'patchcore', 'padim', 'knn', 'pixel-knn', 'mean-intensity'] as const;
export type MethodName = (typeof METHOD_NAMES)[number];
/** A method that is compared with MediCLIP. */
export type BaselineName = Exclude<MethodName, 'mediclip'>;

/** What other parts of the program need to know about a method without loading it. */
interface MethodFacts {
  /** Its name for people. */
  label: string;
  /** Whether it says where an anomaly is; methods that do not keep one vector an image. */
  maps: boolean;
  /** What it takes from an image, in a word, where that is not the layers that MediCLIP adapts. */
  features?: string;
}

export const METHODS: Record<MethodName, MethodFacts> = {
  mediclip: { label: 'MediCLIP', maps: true },
  'zero-shot-clip': { label: 'zero-shot CLIP', maps: true, features: 'embedding and tokens' },
  winclip: { label: 'WinCLIP', maps: true, features: 'windows' },
  patchcore: { label: 'PatchCore', maps: true },
  padim: { label: 'PaDiM', maps: true },
  knn: { label: 'kNN of image features', maps: false, features: 'embedding' },
  'pixel-knn': { label: 'kNN of pixels', maps: false, features: 'grey' },
  'mean-intensity': { label: 'mean grey', maps: false, features: 'grey' },
};
