/**
 * A mistake of the caller that one line explains: which file, key or line, what was expected, what to do.
 * The command line prints the message alone (no stack trace) and exits with {@link UserError.exitCode}.
 */
export class UserError extends Error {
  /** 1: the work failed; 2: the command or its options were wrong. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}

/** A command that was called wrongly (unknown option, value out of range): exit code 2. */
export class UsageError extends UserError {
  constructor(message: string) {
    super(message, 2);
    this.name = 'UsageError';
  }
}

/** Work that its signal stopped; what was finished is kept, and the same work can go on. */
export class Interrupted extends UserError {}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why the system refused something, in a word (`ENOENT`); of anything else that was thrown, its message. */
export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}
