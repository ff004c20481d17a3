/**
 * Numbers as an NPY file (format 1.0), which `numpy.load` reads: float32, little endian, row-major.
 * @throws RangeError if the shape does not fit the number of values
 */
export function npyBytes(values: Float32Array, shape: readonly number[]): Uint8Array {
  const [header, body] = npyParts([values], shape);
  const out = new Uint8Array(header.length + body.length);
  out.set(header);
  out.set(body, header.length);
  return out;
}

/**
 * The same in parts, the header first, so that not all have to be in memory at once.
 * @param parts - the values in order
 * @throws RangeError at the end if the shape does not fit their number
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function* npyParts(parts: Iterable<Float32Array>, shape: readonly number[]): Generator<Uint8Array, void> {
  const count = shape.reduce((product, side) => product * side, 1);
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const facts = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const header = `${facts.padEnd(Math.ceil((10 + facts.length + 1) / 64) * 64 - 11)}\n`; // the values start at a multiple of 64
  const head = new Uint8Array(10 + header.length);
  head.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(head.buffer).setUint16(8, header.length, true);
  head.set(new TextEncoder().encode(header), 10);
  yield head;
  let done = 0;
  for (const values of parts) {
    const out = new DataView(new ArrayBuffer(values.length * 4));
    for (let i = 0; i < values.length; i++) out.setFloat32(i * 4, values[i], true);
    yield new Uint8Array(out.buffer);
    done += values.length;
  }
  if (done !== count) throw new RangeError(`npyParts: ${done} values for shape ${shape.join(' x ')}`);
}
