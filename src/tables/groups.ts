/** The distinct values, in the order of their first. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Groups in the order of their keys. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => (string | number)[]): T[][] {
  const groups = new Map<string, { key: (string | number)[]; rows: T[] }>();
  for (const row of rows) {
    const parts = key(row);
    const text = JSON.stringify(parts);
    groups.set(text, { key: parts, rows: [...(groups.get(text)?.rows ?? []), row] });
  }
  const order = (a: (string | number)[], b: (string | number)[]): number => {
    const at = a.findIndex((part, i) => part !== b[i]);
    if (at < 0) return 0;
    return a[at] < b[at] ? -1 : 1;
  };
  return [...groups.values()].sort((a, b) => order(a.key, b.key)).map((group) => group.rows);
}
