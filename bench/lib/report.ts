import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { type Options } from './options.ts';
import { type Row } from './rounds.ts';

/** Folder of what a run leaves. */
export const RESULTS = new URL('../results', import.meta.url).pathname;

/** A table with a column for each side and one for each ratio: as Markdown, to be read as it is. */
export function tableOf(rows: readonly Row[]): string {
  const sides = namesIn(rows.map(({ values }) => values));
  const compared = namesIn(rows.map(({ ratios }) => ratios));
  const head = ['figure', 'reading', ...sides, ...compared.map((name) => `ours x ${name}`)];
  const lines = rows.map(({ figure, reading, values, ratios }) => [
    figure,
    reading,
    ...sides.map((name) => String(values[name] ?? '')),
    ...compared.map((name) => String(ratios[name] ?? '')),
  ]);
  const widths = head.map((cell, at) => Math.max(cell.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const write = (cells: readonly string[]): string => {
    const padded = cells.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, at) => (at < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [write(head), write(rule), ...lines.map(write)].join('\n');
}

/** Writes every round to bench/results/NAME.json. @returns its path */
export function save(name: string, rows: readonly Row[], options: Options, started: Date): string {
  const others = options.others.map(({ name: other, url }) => ({ name: other, url }));
  const [cpu] = cpus();
  const machine = { cpus: cpus().length, model: cpu?.model, load: loadavg()[0], node: process.version };
  const file = join(RESULTS, `${name}.json`);
  const content = {
    name,
    started,
    took: (Date.now() - started.getTime()) / 1000,
    machine,
    ...options,
    others,
    rows,
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return relative(process.cwd(), file);
}

/** In the order of the fullest row. */
function namesIn(records: readonly object[]): string[] {
  const names = records.map((record) => Object.keys(record)).sort((a, b) => b.length - a.length);
  return [...new Set(names.flat())];
}
