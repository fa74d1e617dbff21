import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page } from 'playwright';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type IssueRequest, type IssueResponse } from '#libs/api';
import { findInstalled } from '../../apps/devcluster/kubevirt/qemu/installed.js';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { ConsolePage } from '../pages/console-page.js';
import { freshProfile, launchBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { json } from '../support/gateway.js';
import { run, shellEnvironment } from '../support/kubectl.js';
import { Launched } from '../support/launched.js';
import { until } from '../support/until.js';

const found = findInstalled();
const missing = 'packages' in found ? `not installed: ${found.packages.join(', ')}` : undefined;
if (missing !== undefined) console.log(`The tests of QEMU guests are skipped: ${missing}`);

/** The consoles of a machine that knows nothing of us: a QEMU process that boots to GRUB's shell. */
describe.skipIf(missing !== undefined)('a QEMU guest', () => {
  const data = mkdtempSync(join(tmpdir(), 'kube-gateway-qemu-'));
  const ports = { port: 0, httpsPort: 0 };
  let launched: Launched;
  let browser: Browser;

  const start = (): Promise<Launched> => Launched.start({ data, ...ports, on: cluster().kind, guests: 'qemu' });
  const kubectl = async (...args: string[]): Promise<string> => {
    const env = { ...shellEnvironment(), KUBECONFIG: join(data, 'kubeconfig'), KUBECACHEDIR: join(data, 'cache') };
    const ran = await run('kubectl', args, { env });
    if (ran.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  };
  const rest = async (method: string, path: string, body?: object): Promise<Response> => {
    const token = /user dev\):\s+(\S+)/.exec(launched.output)?.[1] ?? '';
    const headers = { ...json, authorization: `Bearer ${token}` };
    const address = `${launched.url}/api/v1/namespaces/${cluster().namespace}/${path}`;
    const response = await fetch(address, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const linkFor = async (request: Partial<IssueRequest> = {}): Promise<string> => {
    const response = await rest('POST', 'gatetokens', { vm: 'demo', duration: '30m', ...request });
    return ((await response.json()) as IssueResponse).link ?? '';
  };
  const open = async (link: string): Promise<ConsolePage> => {
    const page = await (await freshProfile(browser)).newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    const screen = new ConsolePage(page);
    await until('the console is connected', async () => (await screen.state()) === 'connected', 30_000);
    return screen;
  };
  const openSerial = async (page: Page): Promise<ConsolePage> => {
    await page.getByRole('link', { name: 'Serial console' }).click();
    const serial = new ConsolePage(page);
    await until('the serial console is connected', async () => (await serial.state()) === 'connected');
    return serial;
  };
  /** Waits until GRUB waits for a command: its screen has text, and does not change but for the cursor. */
  const atPrompt = async (screen: ConsolePage): Promise<void> => {
    await until('the screen shows text', async () => lit(await screen.picture()) > 2000, 30_000);
  };

  beforeAll(async () => {
    ports.port = await freePort();
    ports.httpsPort = await freePort();
    [launched, browser] = await Promise.all([start(), launchBrowser()]);
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await launched?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('is named where the launcher says what it has started', () => {
    expect(launched.output).toMatch(/^ {2}Guests +QEMU/m);
    expect(qemus(launched)).toHaveLength(1);
  });

  it('shows its screen in the browser, and takes what is typed', async () => {
    const screen = await open(await linkFor());
    await atPrompt(screen);
    const before = await screen.picture();
    expect([before.width, before.height]).toEqual([720, 400]);
    await screen.type('ls');
    await until('the screen changes', async () => lit(await screen.picture()) > lit(before) + 100, 30_000);

    await screen.type('set x=4');
    const serial = await openSerial(screen.page);
    await serial.typeSerial('echo "<${x}2 $grub_platform>"');
    await until('the guest answers', async () => (await serial.serialText()).includes('<42 pc>'), 30_000);
  });

  it('takes nothing from a view-only link', async () => {
    const screen = await open(await linkFor({ 'view-only': true }));
    await atPrompt(screen);
    await screen.type('set x=9');
    await screen.page.context().close();
    const serial = await openSerial((await open(await linkFor())).page);
    await serial.typeSerial('echo "<${x}3>"');
    await until('the guest answers', async () => (await serial.serialText()).includes('<43>'), 30_000);
  });

  it('is paused, which its page says, and resumed', async () => {
    await rest('PUT', 'vms/demo/pause');
    const page = await (await freshProfile(browser)).newPage();
    await page.goto(await linkFor());
    await page.getByRole('button', { name: 'Open console' }).click();
    await page.getByText('The virtual machine is paused').first().waitFor();
    await rest('PUT', 'vms/demo/unpause');
    // By itself: another guest would find the console taken.
    await until('the console is connected', async () => (await new ConsolePage(page).state()) === 'connected', 30_000);
  });

  it('has a screenshot', async () => {
    const path = `/apis/subresources.kubevirt.io/v1/namespaces/${cluster().namespace}/virtualmachineinstances/demo/vnc/screenshot`;
    const file = join(data, 'screen.png');
    await until('nobody is on the screen', async () => {
      const command = `kubectl get --raw '${path}?moveCursor=false' > '${file}'`;
      const env = { ...shellEnvironment(), KUBECONFIG: join(data, 'kubeconfig') };
      return (await run('sh', ['-c', command], { env })).code === 0;
    });
    const { width, height, data: pixels } = PNG.sync.read(readFileSync(file));
    expect([width, height]).toEqual([720, 400]);
    expect(lit({ pixels })).toBeGreaterThan(2000);
  });

  it('is started again when its process is killed, and an event says why', async () => {
    const [pid = -1] = qemus(launched);
    process.kill(pid, 'SIGKILL');
    await until('another runs', () => qemus(launched).some((other) => other !== pid));
    await kubectl('wait', 'vm/demo', '--for=jsonpath={.status.printableStatus}=Running', '--timeout=30s');
    const events = await kubectl('get', 'events', '-o', 'jsonpath={.items[*].message}');
    expect(events).toContain('The VirtualMachineInstance crashed: it was ended by SIGKILL');
  });

  it('is stopped when it switches itself off, and so is its VM', async () => {
    await kubectl('patch', 'vm', 'demo', '--type=merge', '-p', '{"spec":{"runStrategy":"Once"}}');
    const screen = await open(await linkFor());
    await atPrompt(screen);
    await screen.type('halt');
    await until('no QEMU runs', () => qemus(launched).length === 0, 30_000);
    await kubectl('wait', 'vmi/demo', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=30s');
    await kubectl('patch', 'vm', 'demo', '--type=merge', '-p', '{"spec":{"runStrategy":"Always"}}');
    await until('it runs again', () => qemus(launched).length === 1, 30_000);
  });

  it('is ended with the launcher: by Ctrl-C, and when the launcher is killed', async () => {
    const [first = -1] = qemus(launched);
    await launched.stop();
    expect(existsSync(`/proc/${first}`)).toBe(false);
    expect(readdirSync(join(data, 'kubevirt/qemu'))).toEqual(['grub.img']);
    launched = await start();
    const [second = -1] = qemus(launched);
    launched.signal('SIGKILL');
    await until('QEMU ends', () => !existsSync(`/proc/${second}`));
  }, 180_000);
});

/** Ids of the QEMU processes below a launcher. */
function qemus(launched: Launched): number[] {
  return launched.processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('qemu-system');
    } catch {
      return false;
    }
  });
}

/** How many pixels are not black. */
function lit({ pixels }: { pixels: ArrayLike<number> }): number {
  let count = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if ((pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0) > 0) count++;
  }
  return count;
}
