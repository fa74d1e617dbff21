import { type Locator, type Page } from 'playwright';
import { cluster } from '../support/cluster.js';

/** The pages of a signed-in user. */
export class DashboardPage {
  constructor(readonly page: Page) {}

  async open(path = '/'): Promise<void> {
    await this.page.goto(`${cluster().url}${path}`);
  }

  async signIn(token: string): Promise<void> {
    await this.page.getByLabel('Token', { exact: true }).fill(token);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  vm(name: string): Locator {
    return this.page.getByRole('row', { name: new RegExp(`\\b${name}\\b`) });
  }

  /** Opens a VM's menu and chooses from it. */
  async choose(vm: string, item: string): Promise<void> {
    // A browser may never draw the menu of a hidden tab.
    await this.page.bringToFront();
    await this.vm(vm)
      .getByRole('button', { name: new RegExp(`^Actions.*${vm}`) })
      .click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Opens the dialog of a VM and fills it. @param duration a Go duration */
  async fillLink(vm: string, duration: string, description: string): Promise<Locator> {
    await this.choose(vm, 'Issue link');
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Serial console').check();
    await dialog.getByRole('button', { name: 'Custom' }).click();
    await dialog.getByLabel('Custom duration', { exact: true }).fill(duration);
    await dialog.getByLabel('Description').fill(description);
    await dialog.getByText('Use the screen of virtual machine').waitFor(); // What the gateway says that it allows ...
    await dialog.locator('[aria-busy="false"]').waitFor(); // ... of what the form says now.
    return dialog;
  }

  /** Copies the link that was issued as a person does: with the button, to the clipboard. */
  async copyLink(dialog: Locator): Promise<string> {
    const shown = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    await dialog.getByRole('button', { name: 'Copy link' }).click();
    const copied = await this.page.evaluate<string>('navigator.clipboard.readText()');
    if (copied !== shown) throw new Error('The clipboard holds another text than the page shows');
    return copied;
  }

  async goToLinks(): Promise<void> {
    await this.page.getByRole('link', { name: 'Links' }).click();
  }

  /** The row of a link by its description or name. */
  link(name: string): Locator {
    return this.page.getByRole('row', { name: new RegExp(name) });
  }
}
