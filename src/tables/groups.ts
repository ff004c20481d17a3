import { groupByKey } from '../common/group';

/** The distinct values, in the order of their first occurrence. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Groups rows by their keys, in the order of the keys. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => (string | number)[]): T[][] {
  const groups = [...groupByKey(rows, (row) => JSON.stringify(key(row))).values()].map((group) => ({ key: key(group[0]), rows: group }));
  const order = (a: (string | number)[], b: (string | number)[]): number => {
    const at = a.findIndex((part, i) => part !== b[i]);
    if (at < 0) return 0;
    return a[at] < b[at] ? -1 : 1;
  };
  return groups.sort((a, b) => order(a.key, b.key)).map((group) => group.rows);
}
