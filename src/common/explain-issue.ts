import type { z } from 'zod';

/** How {@link explainIssue} names things. */
export interface IssueWords {
  /** What the value as a whole is called (default: "top level"). */
  whole?: string;
  /** The key that holds the value. */
  within?: string;
  /** The keys that are known at a path, to name them where another is given. */
  knownKeys?: (path: readonly (string | number)[]) => readonly string[];
}

/** What a schema refuses, in one line: the key, and what is wrong with it. */
export function explainIssue(issue: z.ZodIssue, { whole = 'top level', within, knownKeys }: IssueWords = {}): string {
  const path = within === undefined ? issue.path : [within, ...issue.path];
  if (issue.code === 'unrecognized_keys' && knownKeys) {
    return `unknown key ${[...path, issue.keys[0]].join('.')}; known keys are ${knownKeys(issue.path).join(', ')}`;
  }
  return `${path.join('.') || whole}: ${issue.message}`;
}
