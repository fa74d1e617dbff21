import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, type Rolldown } from 'vite';
import { patternflyCss } from './patternfly.js';

/** A page as the gateway serves it. */
interface PageSpec {
  /** The entry that it is made from. */
  from: 'index.html' | 'guest.html';
  /** What is on the screen until the scripts have run: a file of shells/. */
  shell: string;
  /** The modules that it shows. */
  modules: string[];
  /** A module that runs before the entry, which has more to load. */
  first?: string;
}

const PAGES: Record<string, PageSpec> = {
  'index.html': { from: 'index.html', shell: 'dashboard', modules: ['pages/shell/Shell.tsx', 'pages/vms/VmsPage.tsx'] },
  'vm.html': { from: 'index.html', shell: 'dashboard', modules: ['pages/shell/Shell.tsx', 'pages/vms/VmPage.tsx'] },
  'links.html': {
    from: 'index.html',
    shell: 'dashboard',
    modules: ['pages/shell/Shell.tsx', 'pages/links/LinksPage.tsx'],
  },
  'login.html': { from: 'index.html', shell: 'login', modules: ['pages/sign-in/SignInPage.tsx'] },
  'landing.html': {
    from: 'guest.html',
    shell: 'landing',
    modules: ['landing/LandingPage.tsx'],
    first: 'landing/early.ts',
  },
  'screen.html': {
    from: 'guest.html',
    shell: 'console',
    modules: ['console/ConsolePage.tsx', 'console/ScreenView.tsx'],
  },
  'serial.html': {
    from: 'guest.html',
    shell: 'console',
    modules: ['console/ConsolePage.tsx', 'console/SerialView.tsx'],
  },
};

/** Style sheets of our own: those of each page, and all. */
interface Styles {
  readonly ofPage: Map<string, string>;
  all: string;
}

/**
 * Makes each page of the two entries: with its first picture and the styles of our own in it, so that it paints before
 * any script, and with all that it needs asked for at once.
 */
export function pages(): Plugin[] {
  const styles: Styles = { ofPage: new Map(), all: '' };
  let root = '';
  const take: Plugin = {
    name: 'own-styles',
    apply: 'build',
    enforce: 'pre',
    configResolved: (config) => void (root = config.root),
    // Before Vite writes into pages and scripts which style sheets to load: the pages contain them.
    generateBundle: { order: 'pre', handler: (_options, bundle) => takeStyles(bundle, root, styles) },
  };
  const make: Plugin = {
    name: 'pages',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const source = patternflyCss(this, { bundle, entry: join(root, 'main.tsx'), own: styles.all });
        const sheet = `assets/patternfly-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.css`;
        this.emitFile({ type: 'asset', fileName: sheet, source });
        const made = Object.entries(PAGES).map(([name, spec]) => {
          const own = styles.ofPage.get(name) ?? '';
          return [name, page(bundle, root, { ...spec, own, sheet })] as const;
        });
        for (const { from } of Object.values(PAGES)) delete bundle[from];
        for (const [fileName, html] of made) this.emitFile({ type: 'asset', fileName, source: html });
      },
    },
  };
  return [take, make];
}

function takeStyles(bundle: Rolldown.OutputBundle, root: string, styles: Styles): void {
  const sources = new Map<string, string>();
  for (const file of Object.values(bundle)) {
    if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
    sources.set(file.fileName, String(file.source));
    delete bundle[file.fileName];
  }
  styles.all = [...sources.values()].join('\n');
  for (const [name, spec] of Object.entries(PAGES)) {
    const names = chunksOf(bundle, root, spec).flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
    styles.ofPage.set(name, [...new Set(names)].map((one) => sources.get(one)).join(''));
  }
  for (const file of Object.values(bundle)) if (file.type === 'chunk') file.viteMetadata?.importedCss.clear();
}

/** The chunks that a page needs, its entry first. */
function chunksOf(bundle: Rolldown.OutputBundle, root: string, { from, modules }: PageSpec): Rolldown.OutputChunk[] {
  const needed = new Set([from, ...modules].map((module) => chunkOf(bundle, join(root, module))));
  for (const { imports } of needed) for (const name of imports) needed.add(bundle[name] as Rolldown.OutputChunk);
  return [...needed];
}

function chunkOf(bundle: Rolldown.OutputBundle, module: string): Rolldown.OutputChunk {
  const found = Object.values(bundle).find((file) => file.type === 'chunk' && file.facadeModuleId === module);
  if (found?.type !== 'chunk') throw new Error(`The build made no separate chunk for ${module}.`);
  return found;
}

interface Made extends PageSpec {
  /** Styles of our own. */
  own: string;
  /** The style sheet of PatternFly: a file of the bundle. */
  sheet: string;
}

function page(bundle: Rolldown.OutputBundle, root: string, { own, sheet, ...spec }: Made): string {
  const [, ...others] = chunksOf(bundle, root, spec);
  const usesPatternFly = spec.from === 'index.html';
  const asked = [
    ...(usesPatternFly ? [`<link rel="preload" as="style" href="/${sheet}" />`] : []),
    ...others.map(({ fileName }) => `<link rel="modulepreload" crossorigin href="/${fileName}" />`),
  ];
  if (spec.first !== undefined) {
    const { fileName } = chunkOf(bundle, join(root, spec.first));
    asked.unshift(`<script type="module" async crossorigin src="/${fileName}"></script>`);
  }
  const shell = readFileSync(join(root, 'shells', `${spec.shell}.html`), 'utf8').trim();
  // The link follows the shell, which does not wait for the sheet. The scripts do.
  const link = usesPatternFly ? `\n    <link rel="stylesheet" href="/${sheet}" />` : '';
  return String((bundle[spec.from] as Rolldown.OutputAsset).source)
    .replace(/\s*<link rel="modulepreload"[^>]*>/g, '')
    .replace('</head>', () => `  ${asked.join('\n    ')}\n    <style>${own}</style>\n  </head>`)
    .replace('<div id="root"></div>', () => `<div id="root">${shell}</div>${link}`);
}
