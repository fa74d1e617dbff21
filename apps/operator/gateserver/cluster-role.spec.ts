import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { NOTHING } from './discovery.js';
import { gatewayRules, type Rule } from './gateway-role.js';
import { guestRights } from './guest-role.js';
import { namesOf } from '../cluster/names.js';

const file = new URL('../../../deploy/install/30-role.yaml', import.meta.url);
const { rules: held } = parse(readFileSync(file, 'utf8')) as { rules: Rule[] };

/** As Kubernetes: one right after the other, each held by some rule. */
const missing = (rules: readonly Rule[]) =>
  rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs
          .filter((verb) => !held.some((rule) => holds(rule, group, resource, verb)))
          .map((verb) => `${verb} ${resource}.${group}`),
      ),
    ),
  );
const holds = (rule: Rule, group: string, resource: string, verb: string) =>
  rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb);

it('the operator holds what it gives to gateways and guests (security row 16)', () => {
  expect(missing(gatewayRules(namesOf('gs')))).toEqual([]);
  expect(missing(guestRights('reader', '', NOTHING).rules)).toEqual([]);
  expect(missing(guestRights('admin', '', NOTHING).rules)).toEqual([]);
});

it('the operator may neither escalate nor bind nor impersonate, and holds nothing by a wildcard (security row 16)', () => {
  const all = held.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]);
  for (const word of ['*', 'escalate', 'bind', 'impersonate']) expect(all).not.toContain(word);
});
