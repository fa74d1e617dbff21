import { type Locator } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from '../pages/dashboard-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { accountWith } from '../support/accounts.js';
import { useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { kubectl, kubectlOk } from '../support/kubectl.js';

const ISSUER = 'issue-rights';
const CONSOLES = `${ISSUER}-consoles`;

const binding = (name: string, role: string): Promise<string> =>
  kubectlOk(`create rolebinding ${name} --clusterrole=${role} --serviceaccount=${cluster().namespace}:${ISSUER}`);

/** Whether all of it can be seen without scrolling. @param frame what would scroll it, or cut it off */
async function inSight(it: Locator, frame: Locator): Promise<boolean> {
  const [inner, outer] = [await it.boundingBox(), await frame.boundingBox()];
  if (!inner || !outer) return false;
  const isBelow = inner.y >= outer.y && inner.x >= outer.x;
  return isBelow && inner.y + inner.height <= outer.y + outer.height && inner.x + inner.width <= outer.x + outer.width;
}

describe('an issuer who may not use the screen themselves', () => {
  const newPage = useBrowser();
  let account: Awaited<ReturnType<typeof accountWith>>;

  beforeAll(async () => {
    account = await accountWith(ISSUER, {});
    await binding(`${ISSUER}-issues`, 'kube-gateway-issuer');
  });
  afterAll(async () => {
    await kubectl(['delete', 'rolebinding', `${ISSUER}-issues`, CONSOLES, '--ignore-not-found']);
    await account?.remove();
  });

  /** Opens the dialog of `demo`, with the screen chosen. */
  async function dialog(): Promise<Locator> {
    const dashboard = new DashboardPage(await newPage());
    await dashboard.open();
    await dashboard.signIn(account.token);
    await dashboard.choose('demo', 'Issue link');
    const opened = dashboard.page.getByRole('dialog');
    await opened.getByLabel('Screen, keyboard and mouse').check();
    await opened.locator('[aria-busy="false"]').waitFor();
    return opened;
  }

  const sentence = (): string => {
    const { namespace } = cluster();
    const user = `system:serviceaccount:${namespace}:${ISSUER}`;
    return `user ${user} cannot get virtualmachineinstances/vnc in namespace ${namespace} (name: demo): a link cannot give more than its issuer has. Ask an administrator for this permission, or remove it from the grant.`;
  };
  const submit = (opened: Locator): Locator => opened.getByRole('button', { name: 'Issue link' });

  it('reads what they lack before they press the button, which stays off (security row 13)', async () => {
    const opened = await dialog();
    const alert = opened.locator('.pf-v6-c-alert').filter({ hasText: 'You cannot issue this link' });
    expect(await alert.getByRole('listitem').allTextContents()).toEqual([sentence()]);
    expect(await submit(opened).isDisabled()).toBe(true);
    expect(await accessibilityProblems(opened.page())).toEqual([]);
    await opened.page().setViewportSize({ width: 390, height: 844 });
    await opened.locator('.kg-hint').filter({ hasText: sentence() }).waitFor();
    expect(await inSight(opened.locator('.kg-hint'), opened)).toBe(true);
    expect(await accessibilityProblems(opened.page())).toEqual([]);
  });

  it('reads the same words after they pressed it, where the check came before the right was lost', async () => {
    await binding(CONSOLES, 'kubevirt.io:edit');
    const opened = await dialog();
    await opened.getByText('What the link allows').waitFor();
    await kubectlOk(`delete rolebinding ${CONSOLES}`);
    await submit(opened).click();
    const alert = opened.locator('.pf-v6-c-alert').filter({ hasText: 'Could not issue the link' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain(sentence());
    expect(await inSight(alert, opened.locator('.pf-v6-c-modal-box__body'))).toBe(true);
    expect(await opened.getByText('What the link allows').count()).toBe(0);
    expect(await accessibilityProblems(opened.page())).toEqual([]);
    expect(await kubectlOk('get gatetokens -o jsonpath={.items[*].spec.issuer.username}')).not.toContain(ISSUER);
    await opened.page().setViewportSize({ width: 390, height: 844 });
    expect(await inSight(opened.locator('.kg-hint').filter({ hasText: sentence() }), opened)).toBe(true);
    await opened.getByLabel('Serial console').check();
    await alert.waitFor({ state: 'detached' });
  });
});
