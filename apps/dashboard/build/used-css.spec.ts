import { describe, expect, it } from 'vitest';
import { darkBySystem, usedCss } from './used-css.js';

const flat = (css: string): string => css.replace(/\s+/g, ' ').trim();
const used = (css: string, code: string): string => flat(usedCss(css, code));

describe('the used part of PatternFly’s styles', () => {
  it('keeps a class that a component takes from its table, or that stands in the code', () => {
    const css = '.pf-v6-c-menu__item{a:b}.pf-m-in-progress{a:b}.pf-v6-screen-reader{a:b}.pf-m-other{a:b}';
    const code = 'css(styles.menuItem, styles.modifiers[`inProgress`], "pf-v6-screen-reader"); const other = 1;';
    expect(used(css, code)).toBe('.pf-v6-c-menu__item{a:b}.pf-m-in-progress{a:b}.pf-v6-screen-reader{a:b}');
  });

  it('keeps a rule for those of its selectors that can match', () => {
    const css = '.pf-m-a,.pf-m-b{a:b}:is(.pf-m-a,.pf-m-b) p{a:b}.pf-m-b .pf-m-a{a:b}p:not(.pf-m-b){a:b}';
    expect(used(css, 'styles.a')).toBe('.pf-m-a{a:b}:is(.pf-m-a,.pf-m-b) p{a:b}p:not(.pf-m-b){a:b}');
  });

  it('drops what only an unused rule or variable reads, fonts, other themes and what is empty then', () => {
    const css = `:root{--pf-x:1px;--pf-y:var(--pf-x);--pf-z:var(--pf-y)}p{margin:var(--pf-y)}
      .pf-m-b{animation:turn}@keyframes turn{to{top:0}}@font-face{font-family:f}
      @media print{.pf-m-b{a:b}}:root:where(.pf-v6-theme-glass){--pf-x:2px}`;
    expect(used(css, '')).toBe(':root{--0:1px;--1:var(--0)}p{margin:var(--1)}');
  });

  it('keeps the names of variables that the code names, or makes of such a name', () => {
    const css = 'p{top:var(--pf-own);left:var(--pf-width-on-md);right:var(--pf-long)}';
    expect(used(css, 'x = { name: "--pf-width" }; y = "--pf-own"')).toBe(
      'p{top:var(--pf-own);left:var(--pf-width-on-md);right:var(--2)}',
    );
  });
});

it('the dark theme follows the system, without a class', () => {
  const css = ':root:where(.pf-v6-theme-dark){--pf-x:1px}p{a:b}';
  expect(flat(darkBySystem(css))).toBe('@media (prefers-color-scheme: dark){:root:where(:root){--pf-x:1px}}p{a:b}');
});
