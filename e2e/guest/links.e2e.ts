import { type Locator, type Page, type Route } from 'playwright';
import { afterAll, describe, expect, it } from 'vitest';
import { ConsolePage } from '../pages/console-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { consoleSocketPath, issue } from '../support/gateway.js';
import { kubectl, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';

const console = (vm: string, kind: 'vnc' | 'console' = 'vnc'): string =>
  consoleSocketPath(vm, kind).replace('/k8s', '');
const pods = (): string => `/api/v1/namespaces/${cluster().namespace}/pods`;

/** Makes a GateToken by kubectl and waits until it is Ready. */
async function readyToken(name: string, spec: Record<string, unknown>): Promise<{ link: string; message: string }> {
  await kubectlOk('apply -f -', { input: gatetoken(name, { duration: '10m', ...spec }) });
  await kubectlOk(['wait', `gatetoken/${name}`, '--for=condition=Ready', '--timeout=15s']);
  const path = '{.status.link}|{.status.conditions[?(@.type=="Ready")].message}';
  const [link = '', message = ''] = (await kubectlOk(['get', 'gatetoken', name, '-o', `jsonpath=${path}`])).split('|');
  return { link, message };
}

describe('the page of a link', () => {
  const newPage = useBrowser();

  afterAll(async () => {
    await kubectl('delete gatetokens --all');
  });

  const open = async (link: string): Promise<Page> => {
    const page = await newPage();
    await page.goto(link);
    return page;
  };

  const entry = (page: Page, text: string): Locator => page.getByRole('listitem').filter({ hasText: text });

  /** Opens the consoles of a running and of a stopped machine, one after the other. */
  async function opensBoth(page: Page): Promise<void> {
    await page.getByRole('heading', { name: 'Access to 2 virtual machines' }).waitFor();
    await entry(page, 'demo').getByText('Screen and serial console · Running').waitFor();
    await entry(page, 'stopped').getByText('Screen · Stopped').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open demo' }).click();
    await new ConsolePage(page).connected();
    await page.goBack();
    await page.getByRole('button', { name: 'Open stopped' }).click();
    await page.getByRole('heading', { name: 'The virtual machine is stopped' }).waitFor();
  }

  const both = (): string[] => [console('demo'), console('demo', 'console'), console('stopped')];

  it('by kubectl for two VMs lists both consoles, and opens each', async () => {
    const { link } = await readyToken('two-vms', { urls: both() });
    await opensBoth(await open(link));
  });

  it('over REST for two VMs lists both consoles, and opens each, also where it works only once', async () => {
    for (const once of [false, true]) {
      const { link = '' } = await issue({ urls: both(), duration: '10m', 'single-use': once });
      await opensBoth(await open(link));
    }
  });

  it('says in words what else it opens', async () => {
    const machines = `/apis/kubevirt.io/v1/namespaces/${cluster().namespace}/`;
    const { link = '' } = await issue({ urls: [console('demo'), pods(), `${machines}*`], duration: '10m' });
    const page = await open(link);
    await page.getByRole('heading', { name: 'Access to virtual machine demo' }).waitFor();
    await entry(page, `Read everything with a path that starts with ${machines}.`).waitFor();
    await entry(page, `List and watch pods in namespace ${cluster().namespace}.`).getByRole('button').click();
    await page.getByText('"PodList"').waitFor();
  });

  it('for everything opens no page, and says how it is used', async () => {
    const { link = '' } = await issue({ urls: ['*'], duration: '10m' }, { as: 'admin' });
    const page = await open(link);
    await page.getByRole('heading', { name: 'Access to the Kubernetes API' }).waitFor();
    await entry(page, 'Read everything.').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use in this browser' }).click();
    await page.getByText('This browser holds the link.').waitFor();
    await page.goto(`${cluster().url}/console/${cluster().namespace}/demo`);
    await new ConsolePage(page).connected();
  });

  it('that met a gateway that was away loads by itself, when it is opened as when its button is pressed', async () => {
    const { link = '' } = await issue({ vm: 'demo', duration: '10m' });
    const page = await newPage();
    const away = (route: Route): Promise<void> =>
      route.request().method() === 'POST' ? route.fulfill({ status: 503, body: '' }) : route.continue();
    await page.route('**/l', away);
    await page.goto(link);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute('**/l', away);
    const button = page.getByRole('button', { name: 'Open console' });
    await button.waitFor();
    await page.route('**/l', away);
    await button.click();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute('**/l', away);
    await button.waitFor();
    await button.click();
    await new ConsolePage(page).connected();
  });

  it.each([
    ['everything', { urls: ['*'] }, 'It has no link because its urls name no console.'],
    [
      'a verb that opens none',
      { urls: ['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'], verbs: ['post'] },
      'It has no link because consoles need the verb get.',
    ],
  ])('kubectl says why there is none for %s, and what to do', async (_what, spec, why) => {
    const { link, message } = await readyToken('no-link', spec);
    expect(link).toBe('');
    expect(message).toContain(why);
    expect(message).toContain('/k8s/PATH');
    await kubectlOk('delete gatetoken no-link');
  });
});
