/** Four unsigned 32-bit words: the whole state to save and restore. */
export type RandomState = [number, number, number, number];

/**
 * A seeded generator of random numbers (sfc32, Chris Doty-Humphrey's small fast counter, period >
 * 2^96). All randomness of this project comes from such generators, which functions take as
 * arguments. The same seed gives the same numbers anywhere.
 */
export class Random {
  private constructor(private words: RandomState) {}

  /**
   * Creates a generator for a seed and a path of keys. Different keys give independent streams, so
   * that draw 7 of epoch 3 is the same in whatever thread and order it is made: `Random.of(1,
   * 'synthesis', 3, 7)`.
   */
  static of(seed: number, ...keys: (string | number)[]): Random {
    const text = [seed, ...keys].join('/');
    const random = new Random(hash128(text));
    for (let i = 0; i < 15; i++) random.uint32();
    return random;
  }

  /** Creates a generator that continues from a saved {@link Random.state}. */
  static from(state: RandomState): Random {
    return new Random([...state]);
  }

  /** The words to save. */
  state(): RandomState {
    return [...this.words];
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const w = this.words;
    const t = (((w[0] + w[1]) >>> 0) + w[3]) >>> 0;
    w[3] = (w[3] + 1) >>> 0;
    w[0] = w[1] ^ (w[1] >>> 9);
    w[1] = (w[2] + (w[2] << 3)) >>> 0;
    w[2] = (((w[2] << 21) | (w[2] >>> 11)) + t) >>> 0;
    return t;
  }

  /** Uniform in [lo, hi), with 53 random bits. */
  uniform(lo = 0, hi = 1): number {
    const unit = ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
    return lo + (hi - lo) * unit;
  }

  /** An integer, uniform in [lo, hi). */
  integer(lo: number, hi: number): number {
    return lo + Math.floor(this.uniform() * (hi - lo));
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /**
   * Normal distribution (Box and Muller; one value per call, so that the four words are the whole
   * state).
   */
  normal(mean = 0, sd = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + sd * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Exponential distribution with the given mean. */
  exponential(mean = 1): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Gamma distribution (Marsaglia and Tsang 2000), `shape` >= 1, mean `shape * scale`. */
  gamma(shape: number, scale = 1): number {
    if (!(shape >= 1)) throw new RangeError(`gamma: shape must be >= 1, got ${shape}`);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  /** One element, all equally likely. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick: the list is empty');
    return items[this.integer(0, items.length)];
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }
}

/** Bryc's cyrb128: text to four words. */
function hash128(text: string): RandomState {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}
