import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LinkInfo } from '#libs/api';
import { isCode, linkHash, newCode } from '#libs/token';
import { ConsolePage } from './pages/console-page.js';
import { useBrowser } from './support/browser.js';
import { cluster } from './support/cluster.js';
import { gateway, json, redeem } from './support/gateway.js';
import { kubectl, kubectlOk } from './support/kubectl.js';
import { gatetoken } from './support/manifests.js';
import { shellBlocks } from './support/markdown.js';
import { Shell } from './support/shell.js';
import { until } from './support/until.js';

/** What a block printed last: the link. */
const lastLine = (printed: string): string => printed.trimEnd().split('\n').at(-1) ?? '';

/** What a guest learns who only looks at a link. */
async function look(code: string): Promise<{ status: number; body: string }> {
  const body = JSON.stringify({ code });
  const response = await gateway('/l', { method: 'POST', headers: { ...json, origin: cluster().url }, body });
  return { status: response.status, body: await response.text() };
}

/** Row 8: nothing that opens the grant is in the cluster. */
async function expectNothingUsable(name: string, link: string): Promise<void> {
  const stored = await kubectlOk(['get', 'gatetoken', name, '-o', 'json', '--show-managed-fields']);
  const { status } = JSON.parse(stored) as { status: object };
  expect(status).toMatchObject({ phase: 'Ready' });
  expect(status).not.toHaveProperty('token');
  expect(status).not.toHaveProperty('link');
  expect(stored).not.toContain(new URL(link).hash.slice(1));
}

describe('links by kubectl, with the lines of the documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-readme-'));
  const newPage = useBrowser();
  let shell: Shell;

  beforeAll(() => {
    // The README is read in the folder of `npm start`.
    symlinkSync(cluster().data, join(folder, '.local'));
    shell = new Shell(process.env, folder);
  });

  afterAll(async () => {
    await shell?.close();
    rmSync(folder, { recursive: true, force: true });
    await kubectl('delete gatetoken for-ada for-bob --ignore-not-found');
  });

  it('README: the link opens the console in a browser, until it is revoked', async () => {
    const [issue = '', revoke = '', ...more] = shellBlocks('README.md', 'With kubectl');
    expect(more).toEqual([]);
    const link = lastLine(await shell.paste(issue));
    expect(link).toMatch(/^http:\/\/localhost:\d+\/l#[-\w]{32}$/);
    await expectNothingUsable('for-ada', link);
    const page = await newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Open console' }).click();
    await new ConsolePage(page).connected();
    await shell.paste(revoke);
    await page.getByText('This link was revoked').first().waitFor();
    await until('the link is over', async () => (await look(new URL(link).hash.slice(1))).status === 410);
  });

  it('guide: the link is redeemed once, and only its hash is stored', async () => {
    const [issue = '', ...more] = shellBlocks('docs/guide.md', 'A link with kubectl');
    expect(more).toEqual([]);
    const link = lastLine(await shell.paste(issue));
    expect(link).toMatch(/^http:\/\/localhost:\d+\/l#[-\w]{32}$/);
    await expectNothingUsable('for-bob', link);
    expect((await redeem(link)).status).toBe(200);
    await until('another browser is refused', async () => (await redeem(link)).status === 410);
  });

  it('code and hash are what the gateway compares, whichever characters they have', async () => {
    const [issue = ''] = shellBlocks('README.md', 'With kubectl');
    const lines = issue.split('\n').filter((line) => /^(code|hash)=/.test(line));
    expect(lines).toHaveLength(2);
    const pairs = `for i in $(seq 40); do\n${lines.join('\n')}\necho "$code $hash"\ndone`;
    const printed = (await shell.paste(pairs)).trimEnd().split('\n');
    expect(printed).toHaveLength(40);
    for (const line of printed) {
      const [code = '', hash] = line.split(' ');
      expect([isCode(code), hash]).toEqual([true, linkHash(code)]);
    }
  });
});

describe('a GateToken with the link-hash of another one', () => {
  afterAll(async () => {
    await kubectl('delete gatetoken of-guest copied after --ignore-not-found');
  });

  const make = async (name: string, vm: string, hash: string): Promise<string> => {
    await kubectlOk('create -f -', { input: gatetoken(name, { vm, duration: '10m', 'link-hash': hash }) });
    return kubectlOk(['get', 'gatetoken', name, '-o', 'jsonpath={.metadata.creationTimestamp}']);
  };

  it('does not lead the guest to another grant (row 8)', async () => {
    const [code, another] = [newCode(), newCode()];
    const created = await make('of-guest', 'demo', linkHash(code));
    await kubectlOk('wait gatetoken/of-guest --for=condition=Ready --timeout=15s');
    await until('the copy is of a later second', async () => {
      if ((await make('copied', 'stopped', linkHash(code))) !== created) return true;
      await kubectlOk('delete gatetoken copied');
      return false;
    });
    await kubectlOk('wait gatetoken/copied --for=condition=Ready --timeout=15s');
    await make('after', 'demo', linkHash(another));
    await until('the gateway has seen all three', async () => (await look(another)).status === 200);
    const { status, body } = await look(code);
    expect([status, (JSON.parse(body) as LinkInfo).consoles.map(({ vm }) => vm)]).toEqual([200, ['demo']]);
  });
});
