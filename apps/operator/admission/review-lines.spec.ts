import { expect, it } from 'vitest';
import { makeLogger } from '#libs/ops';
import { ReviewLines } from './review-lines.js';

it('60 refusals a minute of one user, namespace and rule have a line; what was done always has', () => {
  const told: Record<string, unknown>[] = [];
  const lines = new ReviewLines(
    makeLogger('operator', 'info', { write: (line) => void told.push(JSON.parse(line) as never) }),
  );
  const what = { verb: 'create', resource: 'gatetokens', namespace: 'ns', name: 'x' };
  const refused = { audit: 'configure', outcome: 'refused', code: 403, rule: 'Forbidden', why: 'no', what } as const;
  for (let i = 0; i < 5000; i++) lines.write({ ...refused, who: { user: 'ada' } });
  expect(told).toHaveLength(60);
  lines.write({ ...refused, who: { user: 'bob' } });
  for (let i = 0; i < 100; i++) lines.write({ audit: 'revoke', outcome: 'allowed', who: { user: 'ada' }, what });
  expect(told).toHaveLength(161);
  lines.onApplicationShutdown();
  expect(told).toHaveLength(162);
  expect(told[161]).toMatchObject({
    ...{ audit: 'configure', outcome: 'refused', who: { user: 'ada' }, omitted: 4940 },
    what: { verb: '*', resource: 'gatetokens', namespace: 'ns' },
  });
});
