import { describe, expect, it } from 'vitest';
import { Rules } from './rules.js';

const GROUP = 'subresources.kubevirt.io';

describe('Rules', () => {
  it('allows nothing without a rule', () => {
    expect(new Rules([]).allow({ verb: 'get', group: '', resource: 'pods' })).toBe(false);
  });

  it('matches verb, group and resource, and stars', () => {
    const rules = new Rules([{ verbs: ['get'], apiGroups: [GROUP], resources: ['virtualmachineinstances/vnc'] }]);
    expect(rules.allow({ verb: 'get', group: GROUP, resource: 'virtualmachineinstances/vnc', name: 'a' })).toBe(true);
    expect(rules.allow({ verb: 'update', group: GROUP, resource: 'virtualmachineinstances/vnc', name: 'a' })).toBe(
      false,
    );
    expect(rules.allow({ verb: 'get', group: GROUP, resource: 'virtualmachineinstances/console', name: 'a' })).toBe(
      false,
    );
    expect(
      new Rules([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]).allow({
        verb: 'x',
        group: 'y',
        resource: 'z/w',
      }),
    ).toBe(true);
    expect(
      new Rules([{ verbs: ['get'], apiGroups: [''], resources: ['*/log'] }]).allow({
        verb: 'get',
        group: '',
        resource: 'pods/log',
      }),
    ).toBe(true);
  });

  it('a rule for names covers these names alone, and no list', () => {
    const rules = new Rules([{ verbs: ['*'], apiGroups: [''], resources: ['pods'], resourceNames: ['one'] }]);
    expect(rules.allow({ verb: 'get', group: '', resource: 'pods', name: 'one' })).toBe(true);
    expect(rules.allow({ verb: 'get', group: '', resource: 'pods', name: 'two' })).toBe(false);
    expect(rules.allow({ verb: 'list', group: '', resource: 'pods' })).toBe(false);
  });
});
