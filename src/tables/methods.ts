const LABELS: Record<string, string> = {
  'winclip: baseline winclip fewShot false': 'WinCLIP, zero-shot',
  mediclip: 'MediCLIP',
  'zero-shot-clip': 'zero-shot CLIP',
  winclip: 'WinCLIP',
  patchcore: 'PatchCore',
  padim: 'PaDiM',
  knn: 'kNN of image features',
  'pixel-knn': 'kNN of pixels',
  'mean-intensity': 'mean grey',
};

/** The name that tables give to settings in words: `patchcore` is PatchCore. */
export function methodLabel(settings: string): string {
  if (Object.hasOwn(LABELS, settings)) return LABELS[settings];
  const [method, ...rest] = settings.split(': ');
  return [LABELS[method] ?? method, ...rest].join(': ');
}
