import { afterAll, describe, expect, it } from 'vitest';
import { type MissingRight, type Vm, type VmList } from '#libs/api';
import { ConsolePage } from '../pages/console-page.js';
import { DashboardPage } from '../pages/dashboard-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { accountWith, type Rights } from '../support/accounts.js';
import { useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { gateway, issue } from '../support/gateway.js';
import { kubectl, kubectlOk } from '../support/kubectl.js';

const POLL_MS = 15_000;
const ALL = 'get list watch';
const EVERYTHING: Rights = {
  virtualmachines: ALL,
  virtualmachineinstances: ALL,
  gatesessions: ALL,
  gatetokens: ALL,
  'virtualmachineinstances/vnc': 'get',
};
const FACTS = 'IP addresses, node and operating system are unknown, because you do not have permission to';
const WHO = 'Who is connected is unknown, because you do not have permission to list gatesessions.';

const removals: (() => Promise<void>)[] = [];
let count = 0;

async function tokenWith(rights: Rights): Promise<string> {
  const account = await accountWith(`rights-${++count}`, rights);
  removals.push(account.remove);
  return account.token;
}

afterAll(async () => {
  for (const remove of removals) await remove();
  await kubectl(['delete', 'gatetokens', '--all']);
});

describe('a user who lacks rights, over REST', () => {
  const get = async <T>(token: string, path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await (await gateway(`/api/v1/namespaces/${cluster().namespace}${path}`, { headers })).json()) as T;
  };

  /** The rights that the first event of a stream says are missing. */
  async function streamLacks(token: string): Promise<MissingRight[]> {
    const end = new AbortController();
    const headers = { authorization: `Bearer ${token}` };
    const path = `/api/v1/namespaces/${cluster().namespace}/events`;
    const { body } = await gateway(path, { headers, signal: end.signal });
    let text = '';
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (/^data: .*$/m.test(text)) break;
    }
    end.abort();
    return (JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as { lacks: MissingRight[] }).lacks;
  }

  const none = Object.fromEntries(Object.keys(EVERYTHING).map((resource) => [resource, 'get']));
  const list = (resource: MissingRight['resource']): MissingRight => ({ verb: 'list', resource });
  const watch = (resource: MissingRight['resource']): MissingRight => ({ verb: 'watch', resource });
  it.each<[string, Rights, MissingRight[], MissingRight[]]>([
    ['nothing', {}, [], []],
    ['watching VMs', { virtualmachines: 'get list' }, [], [watch('virtualmachines')]],
    ['watching instances', { virtualmachineinstances: 'get list' }, [], [watch('virtualmachineinstances')]],
    ['watching sessions', { gatesessions: 'get list' }, [], [watch('gatesessions')]],
    ['watching links', { gatetokens: 'list' }, [], [watch('gatetokens')]],
    [
      'listing instances',
      { virtualmachineinstances: 'watch' },
      [list('virtualmachineinstances')],
      [list('virtualmachineinstances')],
    ],
    ['listing sessions', { gatesessions: 'get' }, [list('gatesessions')], [list('gatesessions')]],
    [
      'all but listing VMs',
      { ...none, virtualmachines: 'list' },
      [list('virtualmachineinstances'), list('gatesessions')],
      [watch('virtualmachines'), list('virtualmachineinstances'), list('gatesessions'), list('gatetokens')],
    ],
  ])('without %s: is told so, and what is known is told as it is', async (_name, change, ofRow, ofStream) => {
    const token = await tokenWith({ ...EVERYTHING, ...change });
    const { items } = await get<VmList>(token, '/vms');
    const vm = items.find(({ name }) => name === 'demo');
    expect(vm).toMatchObject({ status: 'Running', consoles: { vnc: true, serial: true }, lacks: ofRow });
    expect(await streamLacks(token)).toEqual(ofStream);
  });

  it('a VM that may be read alone is read, and says what is unknown of it', async () => {
    const token = await tokenWith({ 'virtualmachines[demo]': 'get' });
    expect(await get(token, '/vms')).toMatchObject({ code: 403 });
    const lacks = [{ verb: 'get', resource: 'virtualmachineinstances' }, list('gatesessions')];
    expect(await get<Vm>(token, '/vms/demo')).toMatchObject({ name: 'demo', status: 'Running', lacks });
  });
});

describe('a user who lacks rights, in the dashboard', () => {
  const newPage = useBrowser();

  async function signIn(rights: Rights): Promise<DashboardPage> {
    const dashboard = new DashboardPage(await newPage());
    // Tests do not wait for the next look: they move the page's clock on.
    await dashboard.page.clock.install();
    await dashboard.open('/login');
    await dashboard.signIn(await tokenWith(rights));
    return dashboard;
  }

  const strategy = (runStrategy: string): Promise<string> =>
    kubectlOk(['patch', 'vm', 'stopped', '--type=merge', '-p', JSON.stringify({ spec: { runStrategy } })]);

  it.each([
    ['VMs', { virtualmachines: 'get list' }, 'watch virtualmachines.'],
    ['instances', { virtualmachineinstances: 'list' }, 'watch virtualmachineinstances.'],
  ])('who may not watch %s sees their changes late, and is told so', async (_name, change, right) => {
    const dashboard = await signIn({ ...EVERYTHING, ...change });
    const { page } = dashboard;
    const row = dashboard.vm('stopped');
    await row.getByText('Stopped', { exact: true }).waitFor();
    await page.getByText(`Updated every 15 s, because you do not have permission to ${right}`).waitFor();
    await page.getByRole('status').getByText('Updated every 15 s', { exact: true }).waitFor();
    expect(await page.getByText('Live', { exact: true }).count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await strategy('Always');
    try {
      await kubectlOk('wait vm/stopped --for=condition=Ready --timeout=60s');
      expect(await row.getByText('Stopped', { exact: true }).count()).toBe(1);
      await page.clock.fastForward(POLL_MS);
      await row.getByText('Running').waitFor();
    } finally {
      await strategy('Halted');
      await kubectlOk('wait vm/stopped --for=jsonpath={.status.printableStatus}=Stopped --timeout=60s');
    }
  });

  it('who may not see instances reads that this is why, and still opens the console', async () => {
    const dashboard = await signIn({ ...EVERYTHING, virtualmachineinstances: 'watch' });
    const { page } = dashboard;
    await dashboard.vm('demo').getByText('Running').waitFor();
    await dashboard.vm('demo').getByText('Unknown').waitFor();
    await dashboard.vm('demo').getByRole('link', { name: 'Open the screen of demo' }).waitFor();
    await page.getByText(`${FACTS} list virtualmachineinstances.`).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await dashboard.vm('demo').getByRole('link', { name: 'demo', exact: true }).click();
    await page.getByText(`${FACTS} list virtualmachineinstances.`).waitFor();
    expect(await page.getByText('The virtual machine is not running').count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    const screen = new ConsolePage(await page.context().newPage());
    await screen.open(`${cluster().url}/console/${cluster().namespace}/demo`);
    await screen.connected();
  });

  it('who may not see sessions is not told that nobody is connected', async () => {
    const dashboard = await signIn({ ...EVERYTHING, gatesessions: 'get' });
    const { page } = dashboard;
    await dashboard.vm('demo').getByText('Unknown').waitFor();
    expect(await page.getByText('Nobody').count()).toBe(0);
    await page.getByText(WHO).waitFor();
    await dashboard.vm('demo').getByRole('link', { name: 'demo', exact: true }).click();
    await page.getByText('Unknown.', { exact: true }).waitFor();
    expect(await page.getByText('Nobody').count()).toBe(0);
  });

  it('who may read one VM opens its page', async () => {
    const { page } = await signIn({ 'virtualmachines[demo]': 'get' });
    await page.getByText('You do not have permission to view the virtual machines').waitFor();
    await page.goto(`${cluster().url}/vms/demo?namespace=${cluster().namespace}`);
    await page.getByRole('heading', { name: 'demo' }).waitFor();
    await page.getByText('Updated every 15 s, because you do not have permission to list virtualmachines.').waitFor();
    await page.getByText(`${FACTS} get virtualmachineinstances.`).waitFor();
    await page.getByText(WHO).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('who may not watch links is told so on their page, and sees a new one', async () => {
    const dashboard = await signIn({ ...EVERYTHING, gatetokens: 'list' });
    await dashboard.page.getByText('Live', { exact: true }).waitFor();
    await dashboard.goToLinks();
    await dashboard.page.getByText('because you do not have permission to watch gatetokens.').waitFor();
    const { gatetoken } = await issue({ vm: 'demo', duration: '10m' });
    await dashboard.page.clock.fastForward(POLL_MS);
    await dashboard.link(gatetoken.name).waitFor();
    await kubectlOk(['delete', 'rolebinding', `rights-${count}`]);
    await dashboard.page.clock.fastForward(POLL_MS);
    await dashboard.page.getByText('You do not have permission to view the links').waitFor();
    expect(await dashboard.link(gatetoken.name).count()).toBe(0);
  });
});
