/**
 * A type with all keys required, at any depth. Without strict null checks, as in notebooks, zod
 * infers every key as optional, although none is.
 */
export type Complete<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]-?: Complete<T[K]> } : T;
