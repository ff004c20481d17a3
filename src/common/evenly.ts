/**
 * `count` evenly spaced items of a list, including the first and the last; all items if there are
 * fewer.
 */
export function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[count === 1 ? 0 : Math.round((i * (items.length - 1)) / (count - 1))]);
}
