import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../common/node/project-root';

/**
 * Standard output of a program run in the project's folder, or null if it cannot be started or
 * exceeds the time limit.
 */
export function outputOf(command: string, args: string[], limitSeconds = 120): string | null {
  const result = spawnSync(command, args, {
    cwd: projectRoot(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: limitSeconds * 1000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return result.error === undefined && result.signal === null ? result.stdout : null;
}

/**
 * Runs one of the project's scripts with this Node and parses the JSON it prints; null if it prints
 * none.
 */
export function scriptJson(script: string, args: string[] = []): unknown {
  const text = outputOf(process.execPath, [path.join(projectRoot(), 'scripts', script), ...args]);
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
