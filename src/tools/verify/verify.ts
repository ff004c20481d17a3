import fs from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../../common/errors';
import { backboneFolders } from './backbone-folders';
import { verifyBackbones } from './backbones';
import { failed, type Check } from './check';
import { verifyClip } from './clip';
import { verifyMediclip } from './mediclip';
import { verifyMetrics } from './metrics';
import { verifyPreprocess } from './preprocess';
import { verifySynthesis } from './synthesis';
import { verifyTokenizer } from './tokenizer';

/** The parts of a reference directory: the file that a part needs, and its comparison. */
const SECTIONS: Record<string, { needs: string; run: (dir: string) => Promise<Check[]> }> = {
  clip: { needs: 'clip/expected.safetensors', run: verifyClip },
  tokenizer: { needs: 'tokenizer.json', run: verifyTokenizer },
  mediclip: { needs: 'mediclip/inputs.safetensors', run: verifyMediclip }, // needs clip/checkpoint too
  preprocess: { needs: 'preprocess/expected.safetensors', run: verifyPreprocess },
  metrics: { needs: 'metrics.json', run: verifyMetrics },
  synthesis: { needs: 'synthesis/draws.json', run: (dir) => verifySynthesis(dir) },
};

export interface VerifyReport {
  dir: string;
  /** Parts that the directory does not hold. */
  absent: string[];
  checks: Check[];
  ok: boolean;
}

/**
 * Compares this implementation with every part that a reference directory holds: the parts of
 * `test/golden`, and models with their arrays ({@link backboneFolders}). A damaged part is a miss.
 * @param only - names of parts; default all
 * @throws UserError if the directory holds none, or a requested part is missing
 */
export async function verifyAll(dir: string, only?: readonly string[]): Promise<VerifyReport> {
  if (!fs.existsSync(dir)) throw new UserError(`${dir}: no such directory`);
  if (!fs.statSync(dir).isDirectory()) throw new UserError(`${dir}: is a file; give a directory of reference arrays`);
  for (const name of only ?? []) {
    if (!Object.hasOwn(SECTIONS, name)) throw new UserError(`--section ${name}: expected one of ${Object.keys(SECTIONS).join(', ')}`, 2);
  }
  const models = only ? [] : backboneFolders(dir);
  const wanted = only ?? Object.keys(SECTIONS);
  const present = wanted.filter((name) => fs.existsSync(path.join(dir, SECTIONS[name].needs)));
  const absent = models.length > 0 && present.length === 0 ? [] : wanted.filter((name) => !present.includes(name));
  if ((present.length === 0 && models.length === 0) || (only && absent.length > 0)) {
    throw new UserError(`${dir}: no reference arrays (${absent.map((name) => SECTIONS[name].needs).join(', ')} missing)`);
  }
  const checks: Check[] = [];
  for (const name of present) {
    try {
      const found = await SECTIONS[name].run(dir);
      checks.push(...(found.length > 0 ? found : [failed(name, 'holds nothing to compare')]));
    } catch (error) {
      // any error of a damaged part is a miss of this part; the other parts are still compared
      checks.push(failed(name, messageOf(error).replaceAll(/\s+/g, ' ')));
    }
  }
  checks.push(...(await verifyBackbones(models)));
  return { dir, absent, checks, ok: checks.every((check) => check.ok) };
}
