import postcss, { type AtRule, type Container, type Root, type Rule } from 'postcss';

/** Prefixes of PatternFly's classes, which the names in its components lack: `pf-v6-c-menu__item` is `styles.menuItem`. */
const PREFIX = /^pf-(?:v6-)?(?:[cmlu]-)?/;
const CLASS = /\.((?:[\w-]|\\.)+)/g;
const CHOICE = /:(?:where|is)\(([^()]*,[^()]*)\)/;
const NOT = /:not\((?:[^()]|\([^()]*\))*\)/g;
const VARIABLE = /--pf-[\w-]+/g;
const DARK = '.pf-v6-theme-dark';
/** Themes that no page turns on. */
const OTHER_THEME = /\.pf-v6-theme-(?!dark\b)/;

/**
 * The part of PatternFly's style sheets that the code can reach. A class counts as reached if its name, or the name that
 * PatternFly's components call it by, is a word of the code: `pf-m-in-progress` by `inProgress` or `in-progress`. A
 * variable is reached by the code, or by a declaration that stays.
 * @param code what is rendered, without the tables that name all classes; and style sheets that use PatternFly's variables
 */
export function usedCss(css: string, code: string): string {
  const root = postcss.parse(css);
  const words = namesIn(code);
  const isUsed = (name: string): boolean => words.has(plain(name)) || words.has(plain(name.replace(PREFIX, '')));
  root.walkRules((rule) => keepReached(rule, isUsed));
  root.walkAtRules('font-face', (rule) => void rule.remove());
  root.walkComments((comment) => void comment.remove());
  dropVariables(root, code);
  dropEmpty(root);
  dropAnimations(root);
  return shortNames(root.toString(), code);
}

/** Names of properties and the words of strings: by one of the two a component takes a class from its table. */
function namesIn(code: string): Set<string> {
  const names = new Set<string>();
  for (const [, property, ...strings] of code.matchAll(/\.\s*(\w+)|"([^"\n]*)"|'([^'\n]*)'|`([^`]*)`/g)) {
    if (property !== undefined) names.add(plain(property));
    for (const word of strings.join(' ').match(/[\w-]+/g) ?? []) names.add(plain(word));
  }
  return names;
}

/** One form for the ways to write a name: `menuItem`, `menu-item`, `menu__item`. */
function plain(name: string): string {
  return name.replace(/[^a-z\d]/gi, '').toLowerCase();
}

function keepReached(rule: Rule, isUsed: (name: string) => boolean): void {
  if (isKeyframes(rule.parent)) return;
  const kept = rule.selectors.filter((selector) => isReached(selector, isUsed));
  if (kept.length === 0) rule.remove();
  else if (kept.length < rule.selectors.length) rule.selectors = kept;
}

function isKeyframes(parent: Rule['parent']): boolean {
  return parent?.type === 'atrule' && (parent as AtRule).name === 'keyframes';
}

function isReached(selector: string, isUsed: (name: string) => boolean): boolean {
  const positive = selector.replace(NOT, '');
  const choice = CHOICE.exec(positive);
  if (choice) {
    const [whole, list = ''] = choice;
    return list.split(',').some((one) =>
      isReached(
        positive.replace(whole, () => one.trim()),
        isUsed,
      ),
    );
  }
  if (OTHER_THEME.test(positive)) return false;
  return [...positive.replaceAll(DARK, '').matchAll(CLASS)].every(([, name = '']) => isUsed(name));
}

/** Drops the variables that nothing reads: neither the code, nor what stays, nor a variable that is read. */
function dropVariables(root: Root, code: string): void {
  const reads = new Map<string, string[]>();
  const read = new Set(code.match(VARIABLE));
  root.walkDecls(({ prop, value }) => {
    const found = value.match(VARIABLE) ?? [];
    if (prop.startsWith('--pf-')) reads.set(prop, [...(reads.get(prop) ?? []), ...found]);
    else for (const one of found) read.add(one);
  });
  // A set gives what is added while it is walked, too.
  for (const one of read) for (const next of reads.get(one) ?? []) read.add(next);
  root.walkDecls(/^--pf-/, (declaration) => {
    if (!read.has(declaration.prop)) declaration.remove();
  });
  root.walkAtRules('property', (rule) => {
    if (!read.has(rule.params)) rule.remove();
  });
}

function dropEmpty(container: Container): void {
  container.each((node) => {
    if (!('nodes' in node) || node.nodes === undefined) return;
    dropEmpty(node);
    if (node.nodes.length === 0) node.remove();
  });
}

function dropAnimations(root: Root): void {
  const named = new Set<string>();
  root.walkDecls(/^--|animation/, ({ value }) => {
    for (const word of value.match(/[\w-]+/g) ?? []) named.add(word);
  });
  root.walkAtRules('keyframes', (rule) => {
    if (!named.has(rule.params)) rule.remove();
  });
}

/**
 * Gives each variable a short name: PatternFly's are a third of what is sent, and most of what is parsed. Those that the
 * code names keep theirs, and those whose names it makes of one that it names (`NAME-on-md`).
 */
function shortNames(css: string, code: string): string {
  const kept = [...new Set(code.match(VARIABLE))];
  const short = new Map<string, string>();
  const shorten = (name: string): string => {
    const known = short.get(name);
    if (known !== undefined) return known;
    const made = kept.some((one) => name.startsWith(one)) ? name : `--${short.size.toString(36)}`;
    short.set(name, made);
    return made;
  };
  return css.replace(VARIABLE, shorten);
}

/** PatternFly's dark theme is a class; as a media query it follows the system without waiting for a script. */
export function darkBySystem(css: string): string {
  const root = postcss.parse(css);
  root.walkRules((rule) => {
    if (!rule.selector.includes(DARK)) return;
    const selector = rule.selector.replaceAll(DARK, ':root');
    rule.replaceWith(
      postcss.atRule({ name: 'media', params: '(prefers-color-scheme: dark)', nodes: [rule.clone({ selector })] }),
    );
  });
  return root.toString();
}
