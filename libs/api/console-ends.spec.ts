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

describe('the ends of consoles', () => {
  it('have a code each, and are found by it', () => {
    expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
    for (const row of rows) expect(consoleEndOf(row.code)).toBe(row);
    expect(consoleEndOf(1006)).toBeUndefined();
  });

  it('have reasons that fit into a close frame, where the longest VM name is in them too', () => {
    for (const { reasons } of rows) {
      for (const reason of Object.values(reasons)) {
        const text = typeof reason === 'string' ? reason : reason('v'.repeat(63), '');
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(123);
      }
    }
  });

  it('are listed in the guide', () => {
    const guide = readFileSync(new URL('../../docs/guide.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const { code, title, next } of rows) expect(guide).toContain(`| ${code} | ${title} | ${ADVICE[next]} |`);
  });
});
