import type { tf } from '../common/tf';
import { bytes, concat, entry, float, integer } from './protobuf';

/** Element types, with their numbers in TensorFlow's `types.proto`. */
const TYPES = { float32: 1, int32: 3, resource: 20, bfloat16: 14 };
export type ElementType = keyof typeof TYPES;

/** Type of the matrix products of a graph; everything else is float32. */
export type Precision = Extract<ElementType, 'float32' | 'bfloat16'>;

/** The output of an operation: a name in the graph and its type. */
export interface Node {
  readonly name: string;
  readonly type: ElementType;
}

/** Attributes of an operation, encoded by {@link attribute}. */
type Attributes = Record<string, Uint8Array>;

/** The kinds of attribute values that occur here: fields of TensorFlow's `AttrValue`. */
export const attribute = {
  type: (type: ElementType): Uint8Array => integer(6, TYPES[type]),
  flag: (value: boolean): Uint8Array => integer(5, value),
  count: (value: number): Uint8Array => integer(3, value),
  real: (value: number): Uint8Array => float(4, value),
  text: (value: string): Uint8Array => bytes(2, value),
  shape: (shape: readonly number[]): Uint8Array => bytes(7, shapeMessage(shape)),
};

/**
 * A TensorFlow graph under construction, with the initial values of its variables. Operations have
 * TensorFlow's names and inputs. `-1` in a shape is a size that is known only at run time.
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
 */
export class Graph {
  private readonly nodes: Uint8Array[] = [];
  private readonly constants = new Map<string, Node>();
  private readonly weights = new Map<string, Node>();
  private readonly changing = new Map<number, Node>();
  private readonly starts: { input: Node; assigned: string; value: tf.Tensor }[] = [];

  /** A tensor that is passed at every run. */
  input(shape: readonly number[], type: ElementType = 'float32'): Node {
    return this.op('Placeholder', type, [], { dtype: attribute.type(type), shape: attribute.shape(shape) });
  }

  /**
   * A frozen weight, passed once when a session begins. If `type` is the type of `value`, it shares
   * its memory; as `bfloat16` it is a copy. A second call returns the same node.
   */
  weight(value: tf.Tensor, type: ElementType = 'float32'): Node {
    const key = `${value.id} ${type}`;
    const known = this.weights.get(key);
    if (known) return known;
    if (this.changing.has(value.id)) return this.cast(this.changing.get(value.id) as Node, type);
    const of = { dtype: attribute.type(type) };
    const name = attribute.text(`weight${this.starts.length}`);
    const handle = this.op('VarHandleOp', 'resource', [], { ...of, shape: attribute.shape(value.shape), shared_name: name });
    const input = this.input(value.shape);
    const assign = this.op('AssignVariableOp', 'resource', [handle, this.cast(input, type)], of);
    this.starts.push({ input, assigned: assign.name, value });
    const node = this.op('ReadVariableOp', type, [handle], of);
    this.weights.set(key, node);
    return node;
  }

  /**
   * A weight that changes between runs and is passed at each run like an {@link input}. A later
   * {@link weight} of the same `value` is this node.
   */
  changingWeight(value: tf.Tensor): Node {
    const node = this.input(value.shape);
    this.changing.set(value.id, node);
    return node;
  }

  /** Numbers that are part of the graph; equal ones are stored once. */
  constant(values: number | readonly number[], type: 'float32' | 'int32' = 'float32'): Node {
    const key = JSON.stringify([values, type]);
    const list = typeof values === 'number' ? [values] : values;
    const data = type === 'float32' ? Float32Array.from(list) : Int32Array.from(list);
    const shape = typeof values === 'number' ? [] : [values.length];
    const tensor = [integer(1, TYPES[type]), bytes(2, shapeMessage(shape)), bytes(4, new Uint8Array(data.buffer))];
    const node = this.constants.get(key) ?? this.op('Const', type, [], { dtype: attribute.type(type), value: bytes(8, ...tensor) });
    this.constants.set(key, node);
    return node;
  }

  /**
   * Any operation of which one output is used; `after` names operations that must have run before.
   */
  op(kind: string, type: ElementType, inputs: readonly Node[], attributes: Attributes = {}, after: readonly string[] = []): Node {
    const name = `n${this.nodes.length}`;
    const sources = [...inputs.map((node) => node.name), ...after.map((other) => `^${other}`)];
    this.nodes.push(
      bytes(
        1,
        bytes(1, name),
        bytes(2, kind),
        ...sources.map((source) => bytes(3, source)),
        ...Object.entries(attributes).map(([key, value]) => entry(5, key, value)),
      ),
    );
    return { name, type };
  }

  /** An operation whose only type attribute is `T`, that of its first input and its output. */
  same(kind: string, inputs: readonly Node[], attributes: Attributes = {}): Node {
    const { type } = inputs[0];
    return this.op(kind, type, inputs, { T: attribute.type(type), ...attributes });
  }

  cast(x: Node, type: ElementType): Node {
    if (x.type === type) return x;
    return this.op('Cast', type, [x], { SrcT: attribute.type(x.type), DstT: attribute.type(type) });
  }

  reshape(x: Node, shape: readonly number[]): Node {
    return this.same('Reshape', [x, this.constant(shape, 'int32')]);
  }

  transpose(x: Node, order: readonly number[]): Node {
    return this.same('Transpose', [x, this.constant(order, 'int32')]);
  }

  /** A slice from `begin` on with the given `size`; -1 means all that follows. */
  slice(x: Node, begin: readonly number[], size: readonly number[]): Node {
    return this.same('Slice', [x, this.constant(begin, 'int32'), this.constant(size, 'int32')], { Index: attribute.type('int32') });
  }

  /** Parts one after the other along an axis. */
  concat(parts: readonly Node[], axis: number): Node {
    const attributes = { N: attribute.count(parts.length), Tidx: attribute.type('int32') };
    return this.same('ConcatV2', [...parts, this.constant(axis, 'int32')], attributes);
  }

  /**
   * The product a b of matrices, each optionally transposed. The factors have type `precision`; the
   * product is float32.
   */
  product(a: Node, b: Node, precision: Precision, transposed: { a?: boolean; b?: boolean } = {}): Node {
    const attributes = { transpose_a: attribute.flag(transposed.a === true), transpose_b: attribute.flag(transposed.b === true) };
    return this.cast(this.same('MatMul', [this.cast(a, precision), this.cast(b, precision)], attributes), 'float32');
  }

  /** Mean or sum over one axis, which is kept with size 1. */
  reduce(kind: 'Mean' | 'Sum', x: Node, axis: number): Node {
    return this.same(kind, [x, this.constant([axis], 'int32')], { keep_dims: attribute.flag(true), Tidx: attribute.type('int32') });
  }

  /**
   * What {@link GraphSession} starts with: the values of all weights, their inputs, and a node that
   * runs once they are set.
   */
  start(): { inputs: Node[]; values: tf.Tensor[]; done: Node } {
    const after = this.starts.map(({ assigned }) => assigned);
    const done = this.op(
      'Const',
      'int32',
      [],
      { dtype: attribute.type('int32'), value: bytes(8, integer(1, TYPES.int32), integer(7, 1)) },
      after,
    );
    return { inputs: this.starts.map(({ input }) => input), values: this.starts.map(({ value }) => value), done };
  }

  /**
   * The graph in the format of a file `saved_model.pb`: one meta graph with the tag "serve", no
   * signatures.
   */
  savedModel(): Uint8Array {
    const versions = bytes(4, integer(1, 1000));
    const graph = bytes(2, ...this.nodes, versions);
    return concat([integer(1, 1), bytes(2, bytes(1, bytes(4, 'serve')), graph)]);
  }
}

function shapeMessage(shape: readonly number[]): Uint8Array {
  return concat(shape.map((size) => bytes(2, integer(1, size))));
}
