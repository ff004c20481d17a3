import { METHODS, type MethodName } from '../methods/names';

/** The name that tables give to settings in words: `patchcore` is PatchCore. */
export function methodLabel(settings: string): string {
  if (settings === 'winclip: baseline winclip fewShot false') return 'WinCLIP, zero-shot';
  const [method, ...rest] = settings.split(': ');
  return [Object.hasOwn(METHODS, method) ? METHODS[method as MethodName].label : method, ...rest].join(': ');
}
