import { type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsolePage } from '../pages/console-page.js';
import { DashboardPage } from '../pages/dashboard-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { tokenOf } from '../support/accounts.js';
import { launchWithoutCookies, useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { consoleSocketPath, issue } from '../support/gateway.js';
import { kubectl } from '../support/kubectl.js';

describe('a browser that blocks cookies', () => {
  const newPage = useBrowser();
  let blocking: BrowserContext;

  beforeAll(async () => {
    blocking = await launchWithoutCookies();
  });

  afterEach(async () => {
    for (const page of blocking.pages()) if (page !== blocking.pages()[0]) await page.close();
  });

  afterAll(async () => {
    await blocking?.close();
    await kubectl('delete gatetokens --all');
  });

  const open = async (link: string): Promise<Page> => {
    const page = await blocking.newPage();
    await page.goto(link);
    return page;
  };

  const refused = async (page: Page): Promise<void> => {
    await page.getByRole('heading', { name: 'This browser blocks cookies' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  };

  const once = { vm: 'demo', duration: '10m', 'single-use': true } as const;
  const setAddress = (token = ''): string => `${cluster().url}/auth/jwt/set?token=${token}`;

  it('is told so before it uses up a link that works once: the link opens in another browser', async () => {
    const { link = '' } = await issue(once);
    const page = await open(link);
    await refused(page);
    expect(await page.getByText('The link has not been used.').count()).toBe(1);
    await page.getByRole('button', { name: 'Try again' }).click();
    await refused(page);

    const other = await newPage();
    await other.goto(link);
    await other.getByRole('button', { name: 'Open console' }).click();
    await new ConsolePage(other).connected();
    await page.reload();
    await page.getByText('has already been used').waitFor();
  });

  it('does not use up a JWT that works once, by its link or pasted at sign-in', async () => {
    const { token = '' } = await issue(once, { token: true });
    const page = await open(setAddress(token));
    await page.getByRole('button').click();
    await refused(page);
    const dashboard = new DashboardPage(await blocking.newPage());
    await dashboard.open('/login');
    await dashboard.signIn(token);
    await dashboard.page.getByText('Links and sign-ins need cookies').waitFor();

    const other = await newPage();
    await other.goto(setAddress(token));
    await other.getByRole('button').click();
    await new ConsolePage(other).connected();
  });

  it('is told so where a link leads to a console, or to the page that lists what it opens', async () => {
    const { token: one } = await issue({ vm: 'demo', duration: '10m' }, { token: true });
    await refused(await open(setAddress(one)));
    const urls = ['demo', 'stopped'].map((vm) => consoleSocketPath(vm).replace('/k8s', ''));
    const { token: two } = await issue({ urls, duration: '10m' }, { token: true });
    await refused(await open(setAddress(two)));
  });

  it('is told so at sign-in', async () => {
    const dashboard = new DashboardPage(await blocking.newPage());
    await dashboard.open('/login');
    await dashboard.signIn(tokenOf('dev'));
    await dashboard.page.getByText('Links and sign-ins need cookies').waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
  });
});
