import os from 'node:os';

let received: 'SIGINT' | 'SIGTERM' | undefined;

/** An abort signal that Ctrl-C and SIGTERM raise; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: 'SIGINT' | 'SIGTERM'): void => {
    received = signal;
    if (controller.signal.aborted) process.exit(interruptedCode());
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/**
 * The exit code of work that a signal ended, as shells count it (130 for Ctrl-C); undefined without
 * a signal.
 */
export function interruptedCode(): number | undefined {
  return received && 128 + os.constants.signals[received];
}
