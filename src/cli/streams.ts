import { note } from './output';

/**
 * Keeps a failing stdout or stderr from ending the program with a stack trace. A reader that stops
 * reading (`| head`) is no failure: the rest of the output is lost. A result that cannot be written
 * (a full disk) is a failure: one line on stderr and exit code 1. Lost progress and notes do not
 * matter.
 */
export function outliveStreams(): void {
  if (!process.stdout.listeners('error').includes(onStdoutError)) process.stdout.on('error', onStdoutError);
  if (!process.stderr.listeners('error').includes(onStderrError)) process.stderr.on('error', onStderrError);
}

let refused = false;

/** True if a result could not be written. */
export function stdoutRefused(): boolean {
  return refused;
}

function onStdoutError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || refused) return;
  refused = true;
  process.exitCode = 1;
  note(`mediclip: standard output: cannot be written (${error.code ?? error.message})`);
}

function onStderrError(): void {
  return;
}
