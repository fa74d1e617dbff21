import { expect, it } from 'vitest';
import { type Costs, demandsOf, firstBroken, type Use } from './scale.ts';

const COSTS: Costs = {
  grantBytes: 2000,
  consoleBytes: 1000,
  grantWrites: 4,
  consoleWrites: 5,
  gatewayBytes: 100,
  gatewayBytesPerGrant: 10,
  gatewaySecondsPerGrant: 0.001,
  gatewayCpuPerEvent: 0.0001,
  gatewayCpuPerConsole: 0.005,
};
const USE: Use = { lifetime: 100, consolesPerGrant: 2, consoleSeconds: 10, peak: 3, replicas: 2 };

it('adds up what a population does in its busiest minute', () => {
  // 1,000 grants in 100 s are 30 a second at the peak, and 60 consoles.
  expect(demandsOf({ grants: 1000, servers: 10 }, COSTS, USE)).toEqual({
    consoles: 600,
    writes: 30 * 4 + 60 * 5 + 2,
    kind: 2e6,
    database: 2e6 + (120 * 2000 + 302 * 1000) * 300,
    events: 422 * 3,
    eventBytes: (120 * 2000 + 302 * 1000) * 3,
    gatewayBytes: 100 + 100 * 10,
    gatewayStart: 0.1,
    gatewayCores: expect.closeTo(42.2 * 0.0001 + 3 * 0.005, 10) as number,
  });
});

it('names what is exceeded most', () => {
  const demands = demandsOf({ grants: 1000, servers: 10 }, COSTS, USE);
  const limits = { writes: { most: 400, words: 'writes' }, kind: { most: 1e6, words: 'kind' } };
  expect(firstBroken(demands, limits)).toBe('kind');
  expect(firstBroken(demands, { writes: { most: 1000, words: 'writes' } })).toBeUndefined();
});
