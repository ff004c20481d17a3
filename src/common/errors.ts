/**
 * A mistake of the caller that one line explains: which file, key or line, what was expected, what
 * to do. The command line prints only the message (no stack trace) and exits with {@link
 * UserError.exitCode}.
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

/** A wrong call of a command (unknown option, value out of range): exit code 2. */
export class UsageError extends UserError {
  constructor(message: string) {
    super(message, 2);
    this.name = 'UsageError';
  }
}

/**
 * Work that was stopped by its signal. What was finished is kept, and the same work can be resumed.
 */
export class Interrupted extends UserError {}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code with which the system refused something (`ENOENT`); for any other thrown value, its
 * message.
 */
export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}
