/** A type with all its keys, at any depth: without strict null checks, as in notebooks, zod infers every key as optional; none is. */
export type Complete<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]-?: Complete<T[K]> } : T;
