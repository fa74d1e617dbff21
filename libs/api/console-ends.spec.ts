import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AfterEnd, CONSOLE_ENDS, type ConsoleEndRow, consoleEndOf } from './console-ends.js';

const rows: ConsoleEndRow[] = Object.values(CONSOLE_ENDS);

/** What docs/guide.md tells a script to do. */
const ADVICE: Record<AfterEnd, string> = {
  over: 'get another link, or sign in again',
  ask: 'connect again',
  takeOver: 'connect with `?takeover=true`',
  wait: 'connect when the machine is running',
  reconnect: 'connect again, with back-off',
};

const VM = 'v'.repeat(63);

/** The longest details that each reason is given. What KubeVirt says is as recorded, without apimachinery's prefix. */
const LONGEST: Record<string, string[]> = {
  missing: [VM],
  cluster: [VM],
  replaced: [VM],
  starting: [VM],
  stopping: [VM],
  stopped: [VM, 'WaitingForVolumeBinding'],
  refused: [VM, 'VMI is in failed status'],
  held: [VM, 'Someone else'],
  noDevice: ['No graphics devices are present.'],
  recordRefused: ['415', 'UnsupportedMediaType'],
};

describe('the ends of consoles', () => {
  it('have a code each, and are found by it', () => {
    expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
    for (const row of rows) expect(consoleEndOf(row.code)).toBe(row);
    expect(consoleEndOf(1006)).toBeUndefined();
  });

  const reasons = rows.flatMap(({ title, reasons }) =>
    Object.entries(reasons).map(([name, reason]) => ({ title, name, reason })),
  );
  it.each(reasons)('$title: the reason "$name" fits into a close frame', ({ name, reason }) => {
    if (typeof reason === 'function') expect(Object.keys(LONGEST)).toContain(name);
    const text = typeof reason === 'string' ? reason : reason(...(LONGEST[name] ?? []));
    expect(text).not.toContain('undefined');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(123);
  });

  it('are listed in the guide', () => {
    const guide = readFileSync(new URL('../../docs/guide.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const { code, title, next } of rows) expect(guide).toContain(`| ${code} | ${title} | ${ADVICE[next]} |`);
  });
});
