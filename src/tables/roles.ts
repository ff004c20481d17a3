import { METHODS, type MethodName } from '../methods/registry';

/** Whether a row is of the method that this project is about: papers call it "ours". */
export function isProposed({ method }: { method: MethodName }): boolean {
  return METHODS[method].role === 'proposed';
}

/** Whether a row is of the method that needs no training and stands beside transfer. */
export function isReference({ method }: { method: MethodName }): boolean {
  return METHODS[method].role === 'reference';
}
