/**
 * Numbers as an NPY file (format 1.0), which `numpy.load` reads: float32, little endian, row-major.
 * @throws RangeError if the shape does not fit the number of values
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyBytes(values: Float32Array, shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== values.length) throw new RangeError(`npyBytes: ${values.length} values for shape ${shape.join(' x ')}`);
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const header = `${facts.padEnd(Math.ceil((10 + facts.length + 1) / 64) * 64 - 11)}\n`; // the values start at a multiple of 64
  const out = new Uint8Array(10 + header.length + values.length * 4);
  const view = new DataView(out.buffer);
  out.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  view.setUint16(8, header.length, true);
  out.set(new TextEncoder().encode(header), 10);
  for (let i = 0, at = 10 + header.length; i < values.length; i++, at += 4) view.setFloat32(at, values[i], true);
  return out;
}
