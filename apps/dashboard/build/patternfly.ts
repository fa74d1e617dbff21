import { readFileSync } from 'node:fs';
import { type Plugin, type Rolldown } from 'vite';
import { darkBySystem, usedCss } from './used-css.js';

const SHEET = /\/@patternfly\/.*\.css$/;
/** Tables from the names in components to all classes that PatternFly has. */
const TABLE = /\/@patternfly\/react-styles\//;

/**
 * Keeps PatternFly's style sheets out of the bundle, in which all of each would be; {@link patternflyCss} makes one of what
 * is used. While developing they are whole.
 */
export function patternfly(): Plugin {
  let building = false;
  return {
    name: 'patternfly',
    enforce: 'pre',
    configResolved: ({ command }) => void (building = command === 'build'),
    load: (id) => (building && SHEET.test(id) ? '' : undefined),
    transform: (code, id) =>
      !building && SHEET.test(id) && code.includes('theme-dark') ? darkBySystem(code) : undefined,
  };
}

interface Sources {
  bundle: Rolldown.OutputBundle;
  /** The module that imports all of them. */
  entry: string;
  /** Style sheets that use PatternFly's variables. */
  own: string;
}

/** @returns the used part of PatternFly's sheets, in the order in which they are imported */
export function patternflyCss(context: Rolldown.PluginContext, { bundle, entry, own }: Sources): string {
  const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.entries(file.modules) : []));
  const tables = new Set(modules.map(([id]) => id).filter((id) => TABLE.test(id)));
  const code = modules.filter(([id]) => !TABLE.test(id)).map(([, { code: rendered }]) => rendered ?? '');
  // A component that no page shows leaves its table out, and so its sheet.
  const sheets = sheetsOf(context, entry).filter((id) => !TABLE.test(id) || tables.has(id.replace(/css$/, 'mjs')));
  const css = sheets.map((id) => readFileSync(id, 'utf8')).join('\n');
  return darkBySystem(usedCss(css, [...code, own].join('\n')));
}

/** In depth, imports first: the order in which a browser would come upon them. */
function sheetsOf(context: Rolldown.PluginContext, entry: string): string[] {
  const sheets: string[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    const module = context.getModuleInfo(id);
    for (const next of [...(module?.importedIds ?? []), ...(module?.dynamicallyImportedIds ?? [])]) visit(next);
    if (SHEET.test(id)) sheets.push(id);
  };
  visit(entry);
  return sheets;
}
