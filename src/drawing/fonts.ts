import path from 'node:path';
import { projectRoot } from '../common/node/project-root';

/**
 * Loads sharp for drawings with text. It looks for fonts when it draws the first text of a process,
 * and finds those of fonts.conf: the fonts in the Node packages come before those of the machine.
 */
export async function sharpWithFonts(): Promise<typeof import('sharp')> {
  process.env.FONTCONFIG_FILE = path.join(projectRoot(), 'src', 'drawing', 'fonts.conf');
  process.env.PANGOCAIRO_BACKEND = 'fontconfig'; // macOS and Windows would ask the system instead
  return (await import('sharp')).default;
}
