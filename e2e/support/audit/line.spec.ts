import { expect, expectTypeOf, it } from 'vitest';
import { type AuditEvent } from '#libs/ops';
import { documented } from './documented.js';
import { type AuditedEvent } from './line.js';

type Keys<T> = T extends unknown ? keyof T : never;

const KINDS: Record<AuditEvent['audit'], true> = {
  ...{ issue: true, check: true, revoke: true, delete: true, redeem: true, open: true, close: true, cut: true },
  ...{
    'sign-in': true,
    'sign-out': true,
    'vm-action': true,
    write: true,
    upgrade: true,
    refuse: true,
    configure: true,
  },
};
const OUTCOMES: Record<AuditEvent['outcome'], true> = {
  ...{ allowed: true, refused: true, failed: true, ended: true, observed: true },
};

it('what is checked is what the programs can write (npm run typecheck)', () => {
  expectTypeOf<AuditedEvent>().toExtend<AuditEvent>();
  expectTypeOf<AuditedEvent['audit']>().toEqualTypeOf<AuditEvent['audit']>();
  expectTypeOf<AuditedEvent['outcome']>().toEqualTypeOf<AuditEvent['outcome']>();
  expectTypeOf<Keys<AuditedEvent>>().toEqualTypeOf<Keys<AuditEvent>>();
});

it('docs/audit.md names every kind and every outcome, and no others', () => {
  expect([...documented().kinds].sort()).toEqual(Object.keys(KINDS).sort());
  expect([...documented().outcomes].sort()).toEqual(Object.keys(OUTCOMES).sort());
});
