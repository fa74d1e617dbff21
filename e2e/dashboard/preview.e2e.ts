import { type Browser, type Locator, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DashboardPage } from '../pages/dashboard-page.js';
import { tokenOf } from '../support/accounts.js';
import { freshProfile, launchBrowser } from '../support/browser.js';
import { until } from '../support/until.js';

/** More than the longest time between two pictures. */
const LONG_MS = 130_000;
const ADDRESS = /\/vms\/demo\/screenshot$/;

let browser: Browser;
let page: Page;
/** How many pictures were asked for, and how many have come. */
let asked: number;
let came: number;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  await page?.context().close();
  page = await (await freshProfile(browser)).newPage();
  await page.clock.install();
  asked = came = 0;
  page.on('request', (request) => void (asked += ADDRESS.test(request.url()) ? 1 : 0));
  page.on('requestfinished', (request) => void (came += ADDRESS.test(request.url()) ? 1 : 0));
  const dashboard = new DashboardPage(page);
  await dashboard.open();
  await dashboard.signIn(tokenOf('dev'));
  await dashboard.vm('demo').getByRole('link', { name: 'demo', exact: true }).click();
  await picture().waitFor();
});

const picture = (): Locator => page.getByRole('img', { name: 'Screen of demo' });

async function edges(box: Locator): Promise<{ left: number; right: number; top: number; bottom: number }> {
  const { x = 0, y = 0, width = 0, height = 0 } = (await box.boundingBox()) ?? {};
  return { left: x, right: x + width, top: y, bottom: y + height };
}

/** As when another tab comes to the front, or goes. */
async function becomes(visibility: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${visibility}' });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  `);
}

describe('the screen preview', () => {
  it.each([1440, 390])('shows the whole screen at %d px', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const fit = `getComputedStyle(document.querySelector('img[alt="Screen of demo"]')).objectFit`;
    expect(await page.evaluate<string>(fit)).toBe('contain');
    const [image, frame] = [await edges(picture()), await edges(picture().locator('..'))];
    expect(image.left).toBeGreaterThanOrEqual(Math.max(frame.left, 0));
    expect(image.top).toBeGreaterThanOrEqual(frame.top);
    expect(image.right).toBeLessThanOrEqual(Math.min(frame.right, width));
    expect(image.bottom).toBeLessThanOrEqual(frame.bottom);
    expect(image.right - image.left).toBeGreaterThan(width / 3);
  });

  it('is not sent again while the screen shows the same', async () => {
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const shots = new Set<string>();
    const statuses: number[] = [];
    network.on('Network.requestWillBeSent', ({ requestId, request: { url } }) => {
      if (ADDRESS.test(url)) shots.add(requestId);
    });
    // What came over the wire: the page itself is given the picture that the browser has kept.
    network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
      if (shots.has(requestId)) statuses.push(statusCode);
    });
    await until('there is nothing new to send', async () => {
      await page.getByRole('button', { name: 'Refresh preview' }).click();
      return statuses.includes(304);
    });
    await picture().waitFor();
  });

  it('is taken while the page is seen, and not while it is hidden', async () => {
    await until('the first has come', () => came === 1);
    await page.clock.runFor(10_000);
    await until('the next one has come', () => came === 2);
    await becomes('hidden');
    for (let i = 0; i < 5; i++) await page.clock.runFor(LONG_MS);
    expect(asked).toBe(2);
    await becomes('visible');
    await until('it is asked for again', async () => {
      await page.clock.runFor(1000);
      return asked > 2;
    });
  });

  it('comes back by itself after a failure', async () => {
    const message = 'Someone is connected to the screen of demo.';
    const body = JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 409,
      reason: 'Conflict',
      message,
    });
    await page.route(ADDRESS, (route) => route.fulfill({ status: 409, contentType: 'application/json', body }));
    await page.clock.runFor(10_000);
    await page.getByText(message).waitFor();
    await page.unroute(ADDRESS);
    await page.clock.runFor(10_000);
    await picture().waitFor();
  });
});
