import { describe, expect, it } from 'vitest';
import { isDnsLabel, isDnsSubdomain } from './names.js';
import { KubeName } from './rest/names.js';
import { refusalsOf } from './testing/refusals.js';

const a = (length: number) => 'a'.repeat(length);

describe('names of Kubernetes objects', () => {
  it.each([
    ['a', true, true],
    ['0-a', true, true],
    [a(63), true, true],
    [a(64), false, true],
    ['a.b', false, true],
    [`${a(126)}.${a(126)}`, false, true],
    [a(253), false, true],
    [a(254), false, false],
    [`${a(126)}.${a(127)}`, false, false],
    ['', false, false],
    ['a..b', false, false],
    ['.a', false, false],
    ['a.', false, false],
    ['-a', false, false],
    ['a-', false, false],
    ['a-.b', false, false],
    ['a.-b', false, false],
    ['A', false, false],
    ['a_b', false, false],
    ['a/b', false, false],
    ['a\n', false, false],
  ])('%j: label %j, subdomain %j', (name, label, subdomain) => {
    expect([isDnsLabel(name), isDnsSubdomain(name)]).toEqual([label, subdomain]);
    expect(refusalsOf('GateToken', { vm: 'x', 'secret-namespace': name }).length === 0).toBe(label);
    expect(refusalsOf('GateToken', { vm: name }).length === 0).toBe(subdomain);
    expect(KubeName.safeParse(name).success).toBe(subdomain);
  });
});
