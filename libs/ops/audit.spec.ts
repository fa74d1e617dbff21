import { expect, it } from 'vitest';
import { writeAudit } from './audit.js';
import { makeLogger } from './logger.js';

it('a line is bounded, whatever a client sent: its texts, and its lists', () => {
  const lines: string[] = [];
  const fields = Array.from({ length: 100_000 }, (_, index) => `spec.a${index}${'x'.repeat(1000)}`);
  writeAudit(makeLogger('operator', 'info', { write: (line) => void lines.push(line) }), {
    ...{ audit: 'configure', outcome: 'allowed', fields },
    ...{ who: { user: 'v'.repeat(1_000_000) }, what: { verb: 'update', name: 'n'.repeat(1_000_000) } },
  });
  const told = JSON.parse(lines[0] ?? '') as { who: { user: string }; fields: string[] };
  expect(told.who.user).toHaveLength(300);
  expect(told.fields).toHaveLength(50);
  expect(told.fields[0]).toHaveLength(300);
});
