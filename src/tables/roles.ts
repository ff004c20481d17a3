import { METHODS, type MethodName } from '../methods/registry';

/** Whether a row belongs to the method that this project is about, which papers call "ours". */
export function isProposed({ method }: { method: MethodName }): boolean {
  return METHODS[method].role === 'proposed';
}

/** Whether a row belongs to the method without training that is the reference for transfer. */
export function isReference({ method }: { method: MethodName }): boolean {
  return METHODS[method].role === 'reference';
}
