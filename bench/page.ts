/**
 * What the pages weigh and how soon they are there on a slow line (1.6 Mbit/s, 150 ms, a CPU slowed down four times):
 * `npm run build`, then
 *
 *     npm run bench:page -- [--short] [--only TEXT]
 *
 * Serves the built dashboard through the gateway's own web room, beside a stub of the API, to a Chromium with empty caches.
 * Readings: kB and requests until the page is usable, and milliseconds until its First and Largest Contentful Paint and until
 * it is usable: with the link's button, a connected console, the field for the token, the first row, the name of the VM. Of
 * 2,000 VMs, how long after the answer the first row is there, at full speed.
 */
import { type Browser, chromium } from 'playwright';
import { findChromium } from '../e2e/support/chromium.ts';
import { runBench } from './lib/bench.ts';
import { freePort } from './lib/free-port.ts';
import { inTurn, type Readings } from './lib/rounds.ts';
import { CODE, NAMESPACE } from './page/answers.ts';
import { startSite } from './page/site.ts';
import { type PageSpec, visit } from './page/visit.ts';

/** VMs in the list: a page of it; and many. */
const [PAGE, MANY] = [50, 2000];

const VM = `${NAMESPACE}/bench-0000`;
const guest = { signedIn: false };
const user = { signedIn: true };
const PAGES: PageSpec[] = [
  { name: 'landing', path: `/l#${CODE}`, ...guest, usable: '.kg-primary' },
  { name: 'screen', path: `/console/${VM}`, ...guest, usable: '[data-state=connected]' },
  { name: 'serial', path: `/console/${VM}/serial`, ...guest, usable: '[data-state=connected]' },
  { name: 'login', path: '/login', ...guest, usable: 'input' },
  { name: 'vms', path: `/vms?namespace=${NAMESPACE}`, ...user, usable: 'tbody tr' },
  { name: 'vm', path: `/vms/bench-0000?namespace=${NAMESPACE}`, ...user, usable: 'main h1' },
];

async function look(browser: Browser, origin: string, page: PageSpec): Promise<Readings> {
  const { sent, requests, fcp, lcp, usable } = await visit(browser, origin, page);
  return { kB: sent / 1000, requests, 'FCP ms': fcp, 'LCP ms': lcp, 'usable ms': usable };
}

/** From the answer with all VMs to the first row, without emulation. */
async function lookAtMany(browser: Browser, origin: string, page: PageSpec): Promise<Readings> {
  const { usable, listed } = await visit(browser, origin, { ...page, fast: true });
  return { 'answer to row ms': usable - listed };
}

async function startBrowser(): Promise<{ browser: Browser; stop: () => Promise<void> }> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...sandbox, '--disable-gpu'] });
  return { browser, stop: () => browser.close() };
}

await runBench('page', ['rounds', 'short', 'only'], async (bench) => {
  const { only, rounds } = bench.options;
  const { browser } = await bench.start(startBrowser());
  const { origin } = await bench.start(startSite(await freePort(), PAGE));
  for (const page of PAGES.filter(({ name }) => name.includes(only))) {
    bench.rows.push(...(await inTurn(page.name, [{ name: 'ours' }], rounds, () => look(browser, origin, page))));
  }
  const many = `${MANY} vms`;
  const list = PAGES.find(({ name }) => name === 'vms');
  if (list === undefined || !many.includes(only)) return;
  const full = await bench.start(startSite(await freePort(), MANY));
  bench.rows.push(...(await inTurn(many, [{ name: 'ours' }], rounds, () => lookAtMany(browser, full.origin, list))));
});
