/**
 * Takes the pictures of README and docs from a running `npm start -- --guests built-in`:
 *
 *     node e2e/screenshots.ts LINK [TOKEN]
 *
 * LINK is the console link that `npm start` printed, TOKEN the sign-in of user dev. Writes docs/images/*.png.
 */
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright';
import { findChromium } from './support/chromium.ts';

const [link, token] = process.argv.slice(2);
if (link === undefined) {
  console.error('Usage: node e2e/screenshots.ts LINK [TOKEN]');
  process.exit(2);
}
const image = (name: string): string => fileURLToPath(new URL(`../docs/images/${name}.png`, import.meta.url));
const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath: findChromium(), args: ['--disable-gpu', ...root] });

async function freshPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 } });
  return context.newPage();
}

async function typeLine(page: Page, line: string, answer: number): Promise<void> {
  await page.keyboard.type(line, { delay: 30 });
  await page.keyboard.press('Enter');
  await page.waitForTimeout(answer); // A picture, not a test: the guest needs a moment to draw.
}

try {
  const guest = await freshPage();
  await guest.goto(link);
  await guest.getByRole('button', { name: 'Open console' }).waitFor();
  await guest.screenshot({ path: image('link') });
  await guest.getByRole('button', { name: 'Open console' }).click();
  await guest.locator('[data-state=connected] canvas').first().click();
  await typeLine(guest, 'clear', 300);
  await typeLine(guest, 'uname -a', 300);
  await typeLine(guest, 'colors', 600);
  await guest.screenshot({ path: image('console') });
  if (token !== undefined) {
    const owner = await freshPage();
    await owner.goto(new URL('/login', link).href);
    await owner.getByLabel('Token', { exact: true }).fill(token);
    await owner.getByRole('button', { name: 'Sign in' }).click();
    await owner.getByRole('row', { name: /\bdemo\b/ }).waitFor();
    await owner.screenshot({ path: image('dashboard') });
  }
} finally {
  await browser.close();
}
