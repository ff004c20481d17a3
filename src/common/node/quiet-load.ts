import fs from 'node:fs';

/**
 * Runs `load` with the standard error of the process discarded: when it loads, TensorFlow's library
 * prints lines that none of its settings turns off. Later output is printed as usual. If the
 * descriptor cannot be reopened (not Linux, a socket), or would lose its position among the output
 * of others (a file), `load` just runs.
 */
export function quietLoad<T>(load: () => T): T {
  const kept = reopened();
  if (kept === undefined) return load();
  fs.closeSync(2);
  const nowhere = fs.openSync('/dev/null', 'w'); // gets the lowest free number: 2
  try {
    return load();
  } finally {
    if (nowhere === 2) {
      fs.closeSync(2);
      fs.openSync(`/proc/self/fd/${kept}`, 'a');
    }
    fs.closeSync(kept);
  }
}

/** Opens standard error again under another number. */
function reopened(): number | undefined {
  try {
    const isFile = fs.fstatSync(2).isFile();
    fs.statSync('/'); // Node's realpath looks at the last result of all: after that of a pipe it leaves links in paths, and modules are not found
    return isFile ? undefined : fs.openSync('/proc/self/fd/2', 'a');
  } catch {
    return undefined;
  }
}
