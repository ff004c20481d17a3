import path from 'node:path';
import { messageOf, UserError } from '../../common/errors';
import { writeFileAtomic } from '../../common/node/files';
import { effectsOf, effectsPage } from './effects';
import { readTables } from './rows';

/** `main.ts DIR`: writes `effects.md` beside the tables of a folder, and prints it. */
try {
  const [dir = 'results/embedded'] = process.argv.slice(2);
  const page = effectsPage(effectsOf(readTables(dir)));
  writeFileAtomic(path.join(dir, 'effects.md'), page);
  process.stdout.write(page);
} catch (error) {
  process.stderr.write(error instanceof UserError ? `error: ${error.message}\n` : `${messageOf(error)}\n`);
  process.exitCode = 1;
}
