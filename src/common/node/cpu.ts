import fs from 'node:fs';

/**
 * Names of the instruction sets of this machine's processor, as reported by Linux; none on other
 * systems.
 */
export function cpuFeatures(): string[] {
  try {
    return /^flags\s*:\s*(.*)$/m.exec(fs.readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
  } catch {
    return [];
  }
}
