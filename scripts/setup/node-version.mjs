import { SetupError } from './progress.mjs';

/**
 * Checks the running Node against the range of package.json, written as ">=20.10 <23".
 * @param {string} range
 * @param {string} version "20.20.2"
 * @throws {SetupError} naming the Node to install
 */
export function checkNode(range, version) {
  const found = /^>=(\d+)\.(\d+) <(\d+)$/.exec(range);
  if (found === null) throw new SetupError(`package.json: engines.node is ${JSON.stringify(range)}, expected the form ">=20.10 <23"`);
  const [lowMajor, lowMinor, below] = found.slice(1).map(Number);
  const [major, minor] = version.split('.').map(Number);
  const remedy = `install Node ${below - 1} or ${lowMajor} (https://nodejs.org, or "nvm install ${below - 1}") and run this again`;
  if (major < lowMajor || (major === lowMajor && minor < lowMinor)) {
    throw new SetupError(`Node ${version} is too old; the oldest supported version is ${lowMajor}.${lowMinor}`, remedy);
  }
  if (major >= below) {
    throw new SetupError(`Node ${version} is too new: it lacks functions that the TensorFlow package calls`, remedy);
  }
}
