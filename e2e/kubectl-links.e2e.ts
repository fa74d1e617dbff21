import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCode, linkHash } from '#libs/token';
import { ConsolePage } from './pages/console-page.js';
import { useBrowser } from './support/browser.js';
import { cluster } from './support/cluster.js';
import { gateway, json, redeem } from './support/gateway.js';
import { kubectl, kubectlOk } from './support/kubectl.js';
import { shellBlocks } from './support/markdown.js';
import { Shell } from './support/shell.js';
import { until } from './support/until.js';

/** What a block printed last: the link. */
const lastLine = (printed: string): string => printed.trimEnd().split('\n').at(-1) ?? '';

/** The status for a guest who only looks at a link. */
async function look(link: string): Promise<number> {
  const body = JSON.stringify({ code: new URL(link).hash.slice(1) });
  return (await gateway('/l', { method: 'POST', headers: { ...json, origin: cluster().url }, body })).status;
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
    await until('the link is over', async () => (await look(link)) === 410);
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
