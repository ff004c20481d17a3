/** Names and shapes of parameters, to list those of a checkpoint. */
export type Shapes = [name: string, shape: number[]][];

/** The scale and shift of a normalisation. */
export function normShapes(name: string, width: number): Shapes {
  return [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
}

/** The weight of a linear layer, and its bias if it has one. */
export function linearShapes(name: string, out: number, into: number, bias = true): Shapes {
  return [[`${name}.weight`, [out, into]], ...(bias ? ([[`${name}.bias`, [out]]] as Shapes) : [])];
}

/** The number of weights. */
export function countWeights(shapes: readonly (readonly [string, readonly number[]])[]): number {
  return shapes.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
