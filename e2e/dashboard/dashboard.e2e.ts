import { type Browser, type BrowserContext } from 'playwright';
import { type ClientMessage, clientMessages, PushParser } from '#libs/rfb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsolePage } from '../pages/console-page.js';
import { DashboardPage } from '../pages/dashboard-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { tokenOf } from '../support/accounts.js';
import { collectErrors, freshProfile, launchBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { issue } from '../support/gateway.js';
import { kubectl, kubectlOk } from '../support/kubectl.js';
import { until } from '../support/until.js';

describe('the dashboard', () => {
  let browser: Browser;
  let owner: BrowserContext;
  let dashboard: DashboardPage;
  let errors: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
    owner = await freshProfile(browser);
    await owner.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await owner.newPage();
    errors = collectErrors(page);
    dashboard = new DashboardPage(page);
  });

  afterEach(async () => {
    // A guest who stays on a console stands in the way of the next one.
    for (const context of browser.contexts()) if (context !== owner) await context.close();
    for (const page of owner.pages()) if (page !== dashboard.page) await page.close();
  });

  afterAll(async () => {
    await browser?.close();
    await kubectl(['delete', 'gatetokens', '--all']);
  });

  it('asks to sign in, and says what is wrong with a token', async () => {
    await dashboard.open();
    await dashboard.signIn('wrong');
    await dashboard.page.getByText('The cluster does not accept this token').first().waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    errors.length = 0; // The refusals of the API show as failed loads in the browser's log.
  });

  it('signs in with a pasted token and shows the VMs, live', async () => {
    await dashboard.signIn(tokenOf('dev'));
    await dashboard.vm('demo').getByText('Running').waitFor();
    await dashboard.vm('stopped').getByText('Stopped', { exact: true }).waitFor();
    await kubectlOk(['patch', 'vm', 'stopped', '--type=merge', '-p', '{"spec":{"runStrategy":"Always"}}']);
    await dashboard.vm('stopped').getByText('Running').waitFor();
    await kubectlOk(['patch', 'vm', 'stopped', '--type=merge', '-p', '{"spec":{"runStrategy":"Halted"}}']);
    await dashboard.vm('stopped').getByText('Stopped', { exact: true }).waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('issues a link, which a browser without credentials uses: screen and serial console', async () => {
    await dashboard.open('/vms');
    const dialog = await dashboard.fillLink('demo', '10m', 'for a guest');
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Issue link' }).click();
    await dialog.getByRole('button', { name: 'Copy link' }).and(dashboard.page.locator(':focus')).waitFor();
    await dashboard.page.keyboard.press('Escape');
    await dialog.getByText('You have not copied the link').waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Keep it open' }).click();
    const link = await dashboard.copyLink(dialog);
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();

    const guest = await freshProfile(browser, { width: 900, height: 700 });
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open console' }).click();
    const screen = new ConsolePage(page);
    await screen.connected();
    expect(await accessibilityProblems(page)).toEqual([]);
    await screen.type('clear');
    await screen.type('uname');
    await until('the guest answers', async () => (await screen.screen()).some((line) => line.startsWith('Linux')));

    await page.getByRole('link', { name: 'Serial console' }).click();
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    await screen.typeSerial('hostname');
    await until('the guest answers', async () => /^demo\s*$/m.test(await screen.serialText()));
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('keeps what the serial console showed when it connects again', async () => {
    const { link = '' } = await issue({ vm: 'demo', duration: '10m' });
    const guest = await freshProfile(browser);
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    await page.getByRole('link', { name: 'Serial console' }).click();
    const screen = new ConsolePage(page);
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    await screen.typeSerial('echo seen before');
    await until('the terminal shows it', async () => (await screen.serialText()).includes('seen before'));
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await until('it is connected again', async () => (await screen.serialText()).includes('reconnected'));
    expect(await screen.serialText()).toContain('seen before');
    expect(await page.getByRole('button', { name: 'Copy selection' }).isDisabled()).toBe(true);
    await until('the serial console is connected', async () => (await screen.state()) === 'connected');
    await screen.typeSerial('hostname');
    await until('the guest answers', async () => /^demo\s*$/m.test(await screen.serialText()));
  });

  it('releases a key that is down when the focus leaves the screen', async () => {
    const { link = '' } = await issue({ vm: 'demo', duration: '10m' });
    const guest = await freshProfile(browser);
    const page = await guest.newPage();
    const sent: ClientMessage[] = [];
    page.on('websocket', (socket) => {
      const parser = new PushParser<ClientMessage>(clientMessages());
      socket.on('framesent', ({ payload }) => void sent.push(...parser.push(Buffer.from(payload))));
    });
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    const screen = new ConsolePage(page);
    await screen.connected();
    const shift = () =>
      sent.flatMap((message) => ('keysym' in message && message.keysym === 0xffe1 ? [message.down] : []));
    await page.getByTestId('screen').locator('canvas').first().click();
    await page.keyboard.down('Shift');
    await until('the guest sees the key', () => shift().length > 0);
    await page.getByRole('button', { name: 'Paste text' }).click();
    await page.getByRole('dialog').waitFor();
    await until('the guest sees it go up', () => shift().at(-1) === false);
    await page.keyboard.up('Shift');
  });

  it('says that a machine was deleted, and its link with it', async () => {
    const manifest = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'short-lived' } };
    const spec = { runStrategy: 'Always', template: { spec: { domain: { devices: {} } } } };
    await kubectlOk(['create', '-f', '-'], { input: JSON.stringify({ ...manifest, spec }) });
    await kubectlOk(['wait', 'vm/short-lived', '--for=condition=Ready', '--timeout=60s']);
    const { link = '' } = await issue({ vm: 'short-lived', duration: '10m' });
    const guest = await freshProfile(browser);
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    await new ConsolePage(page).connected();
    await kubectlOk(['delete', 'vm', 'short-lived', '--wait=false']);
    await page.getByRole('heading', { name: 'was deleted' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('a reload keeps the console, another tab is asked and may take it over', async () => {
    const { link = '' } = await issue({ vm: 'demo', duration: '10m', 'take-over': false });
    const guest = await freshProfile(browser);
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    const first = new ConsolePage(page);
    await first.connected();
    await page.reload();
    await first.connected();

    const second = new ConsolePage(await guest.newPage());
    await second.open(first.url());
    await second.page.getByText('You have this console open in another tab.').waitFor();
    expect(await first.state()).toBe('connected');
    expect(await accessibilityProblems(second.page)).toEqual([]);
    await second.page.getByRole('button', { name: 'Take over' }).click();
    await second.connected();
    await page.getByText('You opened this console in another tab.').waitFor();
  });

  it('a console ends when its grant ends, and says so', async () => {
    const { link = '' } = await issue({ vm: 'demo', duration: '12s' });
    const guest = await freshProfile(browser);
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    const screen = new ConsolePage(page);
    await screen.connected();
    await until('the grant ends', async () => (await screen.state()) === 'ended', 20_000);
    await page.getByRole('heading', { name: 'Your access to this console has expired' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('shows the details of a VM with its screen', async () => {
    await dashboard.open('/vms');
    await dashboard.vm('demo').getByRole('link', { name: 'demo', exact: true }).click();
    await dashboard.page.getByRole('heading', { name: 'demo' }).waitFor();
    await dashboard.page.getByRole('img', { name: /screen/i }).waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
  });

  it('lists links and revokes one: its console ends and says why', async () => {
    const { link = '', gatetoken } = await issue({ vm: 'demo', duration: '10m' });
    const guest = await freshProfile(browser, { width: 390, height: 844 });
    const page = await guest.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    const screen = new ConsolePage(page);
    await screen.connected();

    await dashboard.open('/vms');
    await dashboard.goToLinks();
    await dashboard.link(gatetoken.name).getByText('Ready', { exact: true }).waitFor();
    expect(await accessibilityProblems(dashboard.page)).toEqual([]);
    await dashboard.link(gatetoken.name).getByRole('button', { name: 'Revoke' }).click();
    await dashboard.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('heading', { name: 'This link was revoked' }).waitFor();
    await dashboard.link(gatetoken.name).getByText('Revoked', { exact: true }).waitFor();
  });

  it('keeps the place of who uses the keyboard when what they pressed disappears', async () => {
    const { page } = dashboard;
    const kept = (await issue({ vm: 'demo', duration: '10m', description: 'stays' })).gatetoken.name;
    const { name } = (await issue({ vm: 'demo', duration: '10m' })).gatetoken;
    const confirm = async (action: string) => {
      await dashboard.link(name).getByRole('button', { name: action }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: action }).press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    const focused = page.locator('main :focus');
    await dashboard.open('/vms');
    await dashboard.goToLinks();
    await dashboard.link(name).waitFor();
    await confirm('Revoke');
    await dashboard
      .link(name)
      .getByRole('button', { name: `Delete ${name}` })
      .and(focused)
      .waitFor();
    await page.getByLabel('Filter by name').fill(name);
    await confirm('Delete');
    await page.getByRole('heading', { name: 'Links' }).and(focused).waitFor();
    await page.getByLabel('Filter by name').fill(kept);
    await dashboard.link(kept).getByRole('link', { name: 'demo' }).press('Enter');
    await page.getByRole('heading', { name: 'demo' }).and(focused).waitFor();
    await page.goBack();

    await dashboard.open('/vms');
    await dashboard.choose('demo', 'Issue link');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
    await page.getByRole('button', { name: 'Actions for demo' }).and(focused).waitFor();
  });

  it('keeps the filters of the links when one comes back to them', async () => {
    const { page } = dashboard;
    const { name } = (await issue({ vm: 'demo', duration: '10m' })).gatetoken;
    await dashboard.open('/links');
    await page.getByLabel('Filter by name').fill(name);
    await page.getByLabel('Status').selectOption('Ready');
    await dashboard.link(name).getByRole('link', { name: 'demo' }).click();
    await page.getByRole('heading', { name: 'demo' }).waitFor();
    await page.goBack();
    await dashboard.link(name).waitFor();
    expect(await page.getByLabel('Filter by name').inputValue()).toBe(name);
    expect(await page.getByLabel('Status').inputValue()).toBe('Ready');
    await page.getByLabel('Status').selectOption('Expired');
    await page.getByRole('link', { name: 'Clear filter' }).click();
    await dashboard.link(name).waitFor();
  });

  it.each([
    [`/console/demo`, 'The console cannot be opened right now'],
    ['/vms', 'Cannot load the virtual machines'],
  ])('%s says within 15 s that the cluster does not respond', async (path, heading) => {
    const page = await owner.newPage();
    await page.clock.install();
    const asked = page.waitForRequest(/\/api\/.*\/vms(\/|$)/);
    await page.route(/\/api\/.*\/(vms|events)(\/|$)/, () => undefined); // As while the gateway waits for a silent cluster.
    await page.goto(`${cluster().url}${path.replace('console', `console/${cluster().namespace}`)}`);
    await asked;
    await page.clock.fastForward(15_000);
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.getByText('No answer within 15 s').waitFor();
  });

  it('a page whose first look met a gateway that was away loads by itself', async () => {
    const page = await owner.newPage();
    for (const [path, shown] of [
      [`/vms?namespace=${cluster().namespace}`, 'demo'],
      [`/console/${cluster().namespace}/demo`, 'Connected'],
    ] as const) {
      await page.route('**/api/v1/**', (route) => route.abort());
      await page.goto(`${cluster().url}${path}`);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await page.unroute('**/api/v1/**');
      await page.getByText(shown, { exact: true }).first().waitFor();
    }
  });

  it('opens the console of a signed-in user', async () => {
    const page = await owner.newPage();
    const screen = new ConsolePage(page);
    await screen.open(`${cluster().url}/console/${cluster().namespace}/demo`);
    await screen.connected();
  });

  it.each([
    ['stopped', 'The virtual machine is stopped'],
    ['nobody', 'not found'],
  ])('says why there is no console of the VM %s', async (vm, sentence) => {
    const page = await owner.newPage();
    await page.goto(`${cluster().url}/console/${cluster().namespace}/${vm}`);
    await page.getByText(sentence).first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('says so when a VM is paused', async () => {
    const page = await owner.newPage();
    await dashboard.open('/vms');
    await dashboard.choose('demo', 'Pause');
    await dashboard.vm('demo').getByText('Paused').waitFor();
    await page.goto(`${cluster().url}/console/${cluster().namespace}/demo`);
    await page.getByText('The virtual machine is paused').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dashboard.choose('demo', 'Resume');
    await new ConsolePage(page).connected();
  });

  it('a single-use token asks for one press, and tells the second browser that it is used', async () => {
    const { token = '' } = await issue({ vm: 'demo', duration: '10m', 'single-use': true }, { token: true });
    const address = `${cluster().url}/auth/jwt/set?token=${token}&name=demo&namespace=${cluster().namespace}`;
    const [first, second] = [await freshProfile(browser), await freshProfile(browser)];
    const page = await first.newPage();
    await page.goto(address);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button').click();
    await new ConsolePage(page).connected();
    const late = await second.newPage();
    await late.goto(address);
    if ((await late.getByRole('button').count()) > 0) await late.getByRole('button').click();
    await late.getByText('has already been used').waitFor();
    expect(await accessibilityProblems(late)).toEqual([]);
  });

  it('a viewer may see the VMs, but neither links nor consoles', async () => {
    const context = await freshProfile(browser);
    const viewer = new DashboardPage(await context.newPage());
    await viewer.open('/login');
    await viewer.signIn(tokenOf('viewer'));
    await viewer.vm('demo').waitFor();
    await viewer.goToLinks();
    await viewer.page
      .getByText(/forbidden|permission/i)
      .first()
      .waitFor();
    expect(await accessibilityProblems(viewer.page)).toEqual([]);
  });
});
