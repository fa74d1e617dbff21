import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsolePage } from '../pages/console-page.js';
import { DashboardPage } from '../pages/dashboard-page.js';
import { tokenOf } from '../support/accounts.js';
import { useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { issue } from '../support/gateway.js';
import { kubectl } from '../support/kubectl.js';

const newPage = useBrowser();
let link: string;
let jwtLink: string;

beforeAll(async () => {
  link = (await issue({ vm: 'demo', duration: '10m' })).link ?? '';
  const { token = '' } = await issue({ vm: 'demo', duration: '10m' }, { token: true });
  jwtLink = `${cluster().url}/auth/jwt/set?token=${token}&name=demo&namespace=${cluster().namespace}`;
});

afterAll(async () => {
  await kubectl(['delete', 'gatetokens', '--all']);
});

describe('a link from a chat opens', () => {
  const cases: [string, (link: string) => string][] = [
    ...['.', ')', ',', '>', '%20', '"', '%22', '\u200b'].map((tail): [string, (link: string) => string] => [
      `with ${JSON.stringify(tail)} behind it`,
      (one) => `${one}${tail}`,
    ]),
    ['as /l/#CODE', (one) => one.replace('/l#', '/l/#')],
    ['as /l/#CODE).', (one) => `${one.replace('/l#', '/l/#')}).`],
  ];

  it.each(cases)('%s', async (_what, written) => {
    const page = await newPage();
    await page.goto(written(link));
    await page.getByRole('button', { name: 'Open console' }).waitFor();
  });

  it.each(['.', ')', ',', '>', '%20', '"'])('with a JWT and %j behind it', async (tail) => {
    const page = await newPage();
    await page.goto(`${jwtLink}${tail}`);
    await new ConsolePage(page).connected();
  });
});

describe('the sign-in page takes', () => {
  async function pasted(text: string): Promise<DashboardPage> {
    const dashboard = new DashboardPage(await newPage());
    await dashboard.open('/login');
    await dashboard.signIn(text);
    return dashboard;
  }

  it.each<[string, (token: string) => string]>([
    ["'TOKEN'", (token) => `'${token}'`],
    ['"TOKEN"', (token) => `"${token}"`],
    ['Bearer TOKEN', (token) => `Bearer ${token}`],
    ['Authorization: Bearer TOKEN', (token) => `Authorization: Bearer ${token}`],
    ['a zero-width space', (token) => `\u200b${token.slice(0, 10)}\u200b${token.slice(10)}\u200b`],
    ['full-width signs around it', (token) => `＂--token=${token}＂。`],
    ['spaces around it', (token) => `  ${token} `],
  ])("a user's token as %s", async (_what, written) => {
    const dashboard = await pasted(written(tokenOf('dev')));
    await dashboard.vm('demo').getByText('Running').waitFor();
  });

  it.each<[string, () => string]>([
    ['a whole link', () => link],
    ['a link with text around it', () => `Your link: "${link}".`],
    ['a link without https://', () => link.replace(/^https?:\/\//, '')],
    ['the part of a link behind the host', () => link.slice(link.indexOf('/l#'))],
    ['two links, of which the field drops the line break', () => `${link}\n${link}`],
  ])('%s, and opens it', async (_what, written) => {
    const { page } = await pasted(written());
    await page.getByRole('button', { name: 'Open console' }).click();
    await new ConsolePage(page).connected();
  });

  it('a whole link with a JWT, and opens its console', async () => {
    await new ConsolePage((await pasted(`<${jwtLink}>`)).page).connected();
  });

  it.each([
    ['two words', 'it contains spaces'],
    ['https://other.example.com/l#AbCdEfGhIjKlMnOpQrStUv', 'This link is for another address'],
    ['other.example.com/l#AbCdEfGhIjKlMnOpQrStUv', 'This link is for another address'],
    ['https://other.example.com/', 'This is a web address without a token'],
    ['wrong', 'The cluster does not accept this token'],
  ])('not %j, and says what is wrong with it', async (text, said) => {
    const { page } = await pasted(text);
    await page.getByText(said).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});
