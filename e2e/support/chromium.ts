import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

function found(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CHROMIUM is set to ${named}, which does not exist. Correct or unset it.`);
    return named;
  }
  const own = chromium.executablePath();
  return [own, ...CANDIDATES].find((path) => existsSync(path));
}

/** Debian's package, where this process may install one. */
function installFromDebian(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.log('e2e: Chromium not found, installing the Debian package chromium ...');
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
}

/**
 * The path of a Chromium: `CHROMIUM`, Playwright's own, or the system's. If there is none, tries Playwright's
 * download, then the Debian package.
 * @throws Error with one line that says what to do when neither works.
 */
export function findChromium(): string {
  const first = found();
  if (first !== undefined) return first;
  try {
    execFileSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'ignore', timeout: 300_000 });
  } catch {
    installFromDebian(); // The download is refused on a closed network: the system's package is the other way.
  }
  const second = found();
  if (second === undefined) {
    throw new Error(
      'Chromium was not found and could not be installed. Install it (Debian: apt-get install chromium), or set CHROMIUM to its path.',
    );
  }
  return second;
}
