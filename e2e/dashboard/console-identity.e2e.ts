import { type Browser, type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Vm } from '#libs/api';
import { ConsolePage } from '../pages/console-page.js';
import { DashboardPage } from '../pages/dashboard-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { tokenOf } from '../support/accounts.js';
import { freshProfile, launchBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { bearer, consoleSocketPath, cookiesOf, gateway, issue, json, redeem } from '../support/gateway.js';
import { ConsoleSocket, Refused } from '../support/console-socket.js';
import { kubectl } from '../support/kubectl.js';
import { until } from '../support/until.js';

const TO_DEV = 'Continue as dev';
const TO_LINK = 'Continue with the link from dev (view only)';

describe('a browser that signed in as dev and holds a view-only link', () => {
  let browser: Browser;
  let context: BrowserContext;
  const page = (path: string) => `${cluster().url}/console/${cluster().namespace}/demo${path}`;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterEach(async () => {
    // Whoever stays on a console stands in the way of the next one.
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await kubectl(['delete', 'gatetokens', '--all']);
  });

  /** @returns a page of the dashboard; the link was opened after signing in */
  async function both(user: 'dev' | 'viewer' = 'dev'): Promise<Page> {
    context = await freshProfile(browser);
    const tab = await context.newPage();
    const dashboard = new DashboardPage(tab);
    await dashboard.open('/login');
    await dashboard.signIn(tokenOf(user));
    await dashboard.vm('demo').waitFor();
    const { link = '' } = await issue({ vm: 'demo', duration: '10m', 'view-only': true });
    const guest = await context.newPage();
    await guest.goto(link);
    await guest.getByRole('button', { name: 'Open console' }).click();
    await new ConsolePage(guest).connected();
    await isGuest(guest);
    await guest.close();
    return tab;
  }

  const who = (tab: Page) => tab.getByRole('group', { name: 'Who you are on this console' }).locator('[aria-current]');
  const viewOnly = (tab: Page) => tab.getByRole('img', { name: 'View only' });

  async function isDev(tab: Page): Promise<void> {
    await who(tab).getByText('As dev').waitFor();
    expect(await viewOnly(tab).count()).toBe(0);
  }

  async function isGuest(tab: Page): Promise<void> {
    await who(tab).getByText('With the link from dev').waitFor();
    await viewOnly(tab).waitFor();
  }

  async function signOut(tab: Page): Promise<void> {
    await tab.bringToFront();
    await tab.getByRole('button', { name: 'Account: dev' }).click();
    await tab.getByRole('menuitem', { name: 'Sign out' }).click();
    await tab.getByLabel('Token', { exact: true }).waitFor();
  }

  it('is dev on the consoles of the dashboard, and says so', async () => {
    const tab = await both();
    const opened = context.waitForEvent('page');
    await tab.getByRole('link', { name: 'Open the screen of demo' }).click();
    const screen = new ConsolePage(await opened);
    await screen.connected();
    await isDev(screen.page);
    await screen.type('clear');
    await screen.type('uname');
    await until('the guest answers', async () => (await screen.screen()).some((line) => line.startsWith('Linux')));
    expect(await accessibilityProblems(screen.page)).toEqual([]);
  });

  it('is dev where the address says nothing, and on either console', async () => {
    const screen = new ConsolePage(await both());
    await screen.open(page(''));
    await screen.connected();
    await isDev(screen.page);
    await screen.page.getByRole('link', { name: 'Serial console' }).click();
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    await isDev(screen.page);
    await screen.typeSerial('hostname');
    await until('the guest answers', async () => /^demo\s*$/m.test(await screen.serialText()));
  });

  it('chooses who to be, both ways, and stays so on the other console and after a reload', async () => {
    const screen = new ConsolePage(await both());
    await screen.open(page('?as=user'));
    await screen.connected();
    await screen.page.getByRole('link', { name: TO_LINK }).click();
    await screen.connected();
    await isGuest(screen.page);
    expect(await screen.page.getByRole('button', { name: 'Paste text' }).isDisabled()).toBe(true);
    await screen.page.reload();
    await screen.connected();
    await isGuest(screen.page);
    await screen.page.getByRole('link', { name: 'Serial console' }).click();
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    await isGuest(screen.page);
    await screen.page.getByRole('link', { name: TO_DEV }).click();
    await isDev(screen.page);
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    expect(await screen.page.getByRole('button', { name: 'Paste text' }).isDisabled()).toBe(false);
  });

  it('has only the link after signing out, and does not become a guest without a click', async () => {
    const tab = await both();
    const screen = new ConsolePage(await context.newPage());
    await screen.open(page('?as=user'));
    await screen.connected();
    await signOut(tab);
    await screen.page.reload();
    await screen.page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    expect(await accessibilityProblems(screen.page)).toEqual([]);
    await screen.page.getByRole('link', { name: TO_LINK }).click();
    await screen.connected();
    await isGuest(screen.page);

    await screen.open(page(''));
    await screen.connected();
    await isGuest(screen.page);
    expect(await accessibilityProblems(screen.page)).toEqual([]);

    await screen.open(page('/serial?as=user'));
    await screen.page.getByRole('link', { name: 'Sign in' }).click();
    await new DashboardPage(screen.page).signIn(tokenOf('dev'));
    await isDev(screen.page);
    expect(screen.url()).toBe(page('/serial?as=user'));
  });

  it('does not open a console again as somebody else when a sign-in ends', async () => {
    const tab = await both();
    const screen = new ConsolePage(await context.newPage());
    await screen.open(page(''));
    await screen.connected();
    await isDev(screen.page);
    await signOut(tab);
    const [signIn, reconnect] = [
      screen.page.getByRole('link', { name: 'Sign in' }),
      screen.page.getByRole('button', { name: 'Reconnect' }),
    ];
    await until('the page notices', async () => {
      // Signing out ends the console itself only on the replica that was told.
      if (await reconnect.isEnabled()) await reconnect.click({ timeout: 1_000 });
      return signIn.isVisible();
    });
    await screen.page.getByRole('link', { name: TO_LINK }).waitFor();
    expect(await who(screen.page).count()).toBe(0);
    await screen.page.getByRole('link', { name: 'Serial console' }).click();
    await screen.page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    expect(await accessibilityProblems(screen.page)).toEqual([]);
  });

  it('is the guest of the link where the user may not open the console', async () => {
    const screen = new ConsolePage(await both('viewer'));
    await screen.open(page(''));
    await screen.connected();
    await isGuest(screen.page);
    await screen.open(page('?as=user'));
    await screen.page.getByRole('heading', { name: 'You do not have permission to open the screen' }).waitFor();
    expect(await accessibilityProblems(screen.page)).toEqual([]);
    await screen.page.getByRole('main').getByRole('link', { name: TO_LINK }).click();
    await screen.connected();
    await isGuest(screen.page);
  });

  it('is told that a second tab of dev is their own', async () => {
    context = await freshProfile(browser);
    const first = new ConsolePage(await context.newPage());
    await first.open(
      `${cluster().url}/login?next=${encodeURIComponent(`/console/${cluster().namespace}/demo?as=user`)}`,
    );
    await new DashboardPage(first.page).signIn(tokenOf('dev'));
    await first.connected();
    await isDev(first.page);
    await first.page.reload();
    await first.connected();
    const second = new ConsolePage(await context.newPage());
    await second.open(first.url());
    await second.page.getByText('You have this console open in another tab.').waitFor();
    expect(await first.state()).toBe('connected');
    await second.page.getByRole('button', { name: 'Take over' }).click();
    await second.connected();
    await first.page.getByText('You opened this console in another tab.').waitFor();

    await second.open(page('?as=link'));
    await second.page.getByText('No link was opened in this browser.').waitFor();
    await second.page.getByRole('link', { name: TO_DEV }).click();
    await second.connected();
  });
});

describe('a script that holds both', () => {
  it('chooses with ?as=, and is refused what it does not hold', async () => {
    const { link = '', gatetoken } = await issue({ vm: 'demo', duration: '10m', 'view-only': true });
    const guest = (await redeem(link)).cookie;
    const body = JSON.stringify({ token: tokenOf('dev') });
    const signedIn = cookiesOf(
      await gateway('/login', { method: 'POST', headers: { ...json, origin: cluster().url }, body }),
    );
    const cookie = `${guest}; ${signedIn}`;
    const openedBy = async (query: string): Promise<string> => {
      const path = `${consoleSocketPath('demo', 'console')}?takeover=true${query}`;
      const socket = await ConsoleSocket.open(path, { cookie });
      const closed = socket.closed.then(({ reason }) => Promise.reject(new Error(reason)));
      const who = await Promise.race([until('the console is on record', activeViewer), closed]);
      await socket.close();
      await until('its record has ended', async () => (await activeViewer()) === undefined);
      return who;
    };
    expect(await openedBy('')).toBe('dev');
    expect(await openedBy('&as=link')).toBe(`link ${gatetoken.name}`);
    expect(await openedBy('&as=user')).toBe('dev');
    const refused = (own: string, query: string) =>
      ConsoleSocket.open(`${consoleSocketPath('demo', 'console')}${query}`, { cookie: own });
    await expect(refused(guest, '?as=user')).rejects.toEqual(new Refused(401));
    await expect(refused(signedIn, '?as=link')).rejects.toEqual(new Refused(401));
    await expect(refused(cookie, '?as=admin')).rejects.toEqual(new Refused(400));
  });
});

/** Who is on the serial console of `demo`, as the records say. */
async function activeViewer(): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${cluster().namespace}/vms/demo`;
  const vm = (await (await gateway(path, { headers: bearer('dev') })).json()) as Vm;
  return vm.viewers.find(({ kind }) => kind === 'serial')?.who;
}
