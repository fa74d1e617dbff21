import { expect, it } from 'vitest';
import { type OwnClient } from '#libs/kube';
import { type Logger } from '#libs/ops';
import { type GatewayConfig } from '../config/config.js';
import { type ActiveGrant } from './active-grant.js';
import { Usage } from './usage.js';

const grant = (name: string) => ({ registered: true, uid: `uid-${name}`, name, namespace: 'ns' }) as ActiveGrant;

/** What is written, with an API server that answers each write when it is told to. */
function setUp() {
  const written: unknown[] = [];
  const answers: (() => void)[] = [];
  const client = {
    patch: (_: unknown, name: string, __: string, { status }: { status: object }) => {
      written.push([name, status]);
      return new Promise<void>((resolve) => answers.push(resolve));
    },
  } as unknown as OwnClient;
  const config = { namespace: 'ns' } as GatewayConfig;
  const usage = new Usage(client, config, {} as Logger, { now: () => 0, monotonic: () => 0 });
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await new Promise(setImmediate);
  };
  return { usage, written, answer };
}

const used = { 'last-used': new Date(0).toISOString() };

it('writes one number at a time of a token: what changed meanwhile is one more write, with the last number', async () => {
  const { usage, written, answer } = setUp();
  const first = usage.consoles(grant('a'), 1);
  const rest = [2, 3, 4].map((live) => usage.consoles(grant('a'), live));
  usage.correct('a', 5);
  void usage.consoles(grant('b'), 1);
  expect(written).toEqual([
    ['a', { live: 1, ...used }],
    ['b', { live: 1, ...used }],
  ]);
  await answer();
  expect(written.slice(2)).toEqual([['a', { live: 5, ...used }]]);
  await answer();
  await answer();
  await Promise.all([first, ...rest]);
  void usage.consoles(grant('a'), 6);
  expect(written.slice(3)).toEqual([['a', { live: 6, ...used }]]);
});

it('tells of the use of a grant once a minute, and of nothing for a JWT without a GateToken', () => {
  const { usage, written } = setUp();
  usage.used(grant('a'));
  usage.used(grant('a'));
  void usage.consoles({ ...grant('b'), registered: false }, 1);
  expect(written).toEqual([['a', used]]);
});
