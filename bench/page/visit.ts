/** One visit of one page in a fresh profile, on a slow line, with what Chromium tells of it. */
import type { Browser, CDPSession } from 'playwright';
import { SIGNED_IN } from './answers.ts';

/** A slow mobile line and a slow phone. */
const EMULATED = { downKbit: 1600, rttMs: 150, cpuSlowdown: 4 };

export interface PageSpec {
  name: string;
  path: string;
  signedIn: boolean;
  /** At the full speed of this machine instead. */
  fast?: boolean;
  /** What a person waits for: the page is usable once it is there. A selector. */
  usable: string;
}

export interface Visit {
  /** Bytes of all answers as sent, heads included, until the page was usable. */
  sent: number;
  /** Milliseconds since the navigation began: first and largest contentful paint, and when it was usable. */
  fcp: number;
  lcp: number;
  usable: number;
  /** When the list of VMs was answered; NaN for a page that asks for none. */
  listed: number;
  requests: number;
}

/** Runs in the page: notes the largest paint, and when the selector matches first. */
const watcher = (selector: string): string => `
  new PerformanceObserver((list) => {
    window.lcp = list.getEntries().at(-1).startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  window.usable = new Promise((done) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector(${JSON.stringify(selector)}) === null) return;
      observer.disconnect();
      // What was changed is on the screen after the next frame.
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true, attributes: true });
  });
`;
/** The largest paint is told of a frame later. */
const PAINTS = `new Promise((done) => setTimeout(() => done({
  fcp: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  lcp: window.lcp,
  listed: performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/vms'))?.responseEnd ?? NaN,
}), 300))`;

/** Loads a page into empty caches. */
export async function visit(browser: Browser, origin: string, spec: PageSpec): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    if (spec.signedIn) await context.addCookies([{ name: SIGNED_IN, value: '1', url: origin }]);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const requests = await countBytes(cdp);
    if (spec.fast !== true) await slowDown(cdp);
    await page.addInitScript(watcher(spec.usable));
    await page.goto(origin + spec.path, { waitUntil: 'commit' });
    const usable: number = await page.evaluate('window.usable');
    const sizes = [...requests.values()];
    const paints: Pick<Visit, 'fcp' | 'lcp' | 'listed'> = await page.evaluate(PAINTS);
    return { ...paints, usable, sent: sizes.reduce((sum, bytes) => sum + bytes, 0), requests: sizes.length };
  } finally {
    await context.close();
  }
}

async function slowDown(cdp: CDPSession): Promise<void> {
  const bytes = (EMULATED.downKbit * 1000) / 8;
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: EMULATED.rttMs,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: EMULATED.cpuSlowdown });
}

/** @returns what each answer weighed, by the ID of its request; it grows while the page loads */
async function countBytes(cdp: CDPSession): Promise<Map<string, number>> {
  const requests = new Map<string, number>();
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith('http')) requests.set(requestId, 0);
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (requests.has(requestId)) requests.set(requestId, encodedDataLength);
  });
  await cdp.send('Network.enable');
  return requests;
}
