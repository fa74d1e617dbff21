import { AxeBuilder } from '@axe-core/playwright';
import { type Page } from 'playwright';

/** What axe finds wrong on a page as it stands: rule and elements, a line each. WCAG 2.1 A and AA. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // A guest's screen is a picture of another computer: its colours are not ours.
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .exclude('[data-testid="screen"]')
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}
