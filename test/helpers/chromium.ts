import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Chromium or Chrome on the PATH. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env.PATH ?? '').split(path.delimiter).map((dir) => path.join(dir, name)))
    .find((file) => fs.existsSync(file));
}

/**
 * Waits until an expression holds in a page. Playwright's own waiting compiles the expression within the page again and again, which a page
 * whose policy forbids `eval` refuses; a single evaluation comes from outside.
 */
export async function until(page: Page, expression: string, milliseconds = 60_000): Promise<void> {
  for (const end = Date.now() + milliseconds; !(await page.evaluate(`Boolean(${expression})`)); await wait(50)) {
    if (Date.now() > end) throw new Error(`within ${milliseconds} ms it was never true that ${expression.slice(0, 200)}`);
  }
}
