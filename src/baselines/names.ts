/** The methods that a run can use: MediCLIP, and those it is compared with. */
export const METHOD_NAMES = ['mediclip', 'zero-shot-clip', 'winclip', 'patchcore', 'padim', 'knn', 'pixel-knn', 'mean-intensity'] as const;
export type MethodName = (typeof METHOD_NAMES)[number];
/** A method that is compared with MediCLIP. */
export type BaselineName = Exclude<MethodName, 'mediclip'>;
