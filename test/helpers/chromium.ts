import fs from 'node:fs';
import path from 'node:path';

/** Chromium or Chrome on the PATH. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env.PATH ?? '').split(path.delimiter).map((dir) => path.join(dir, name)))
    .find((file) => fs.existsSync(file));
}
