import { describe, expect, it } from 'vitest';
import { type GateTokenView, type Vm } from '#libs/api';
import { applyChange, readChange } from './changes.js';

const vm = (name: string, status = 'Running') => ({ name, status }) as Vm;
const link = (name: string) => ({ name }) as GateTokenView;

describe('applyChange', () => {
  const lists = { vm: [vm('a'), vm('b')], gatetoken: [link('t')] };

  it('replaces what it knows, in its place', () => {
    const after = applyChange(lists, { kind: 'vm', type: 'put', object: vm('a', 'Stopped') });
    expect(after.vm).toEqual([vm('a', 'Stopped'), vm('b')]);
  });

  it('appends what is new', () => {
    expect(applyChange(lists, { kind: 'vm', type: 'put', object: vm('c') }).vm?.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('removes what is gone, of that kind alone', () => {
    const after = applyChange(
      { vm: [vm('t')], gatetoken: [link('t')] },
      { kind: 'gatetoken', type: 'delete', name: 't' },
    );
    expect(after).toEqual({ vm: [vm('t')], gatetoken: [] });
  });

  it('leaves lists alone that it does not touch', () => {
    const after = applyChange(lists, { kind: 'vm', type: 'delete', name: 'a' });
    expect(after.gatetoken).toBe(lists.gatetoken);
    expect(lists.vm).toHaveLength(2);
  });

  it('changes nothing for an unknown name, a list that is absent, or a reset', () => {
    expect(applyChange(lists, { kind: 'vm', type: 'delete', name: 'z' })).toBe(lists);
    expect(applyChange({}, { kind: 'vm', type: 'put', object: vm('a') })).toEqual({});
    expect(applyChange(lists, { kind: 'reset', type: 'reset', lacks: [] })).toBe(lists);
  });
});

describe('readChange', () => {
  it('reads events that it knows and ignores all else', () => {
    expect(readChange('{"kind":"vm","type":"delete","name":"a"}')).toEqual({ kind: 'vm', type: 'delete', name: 'a' });
    for (const odd of ['', 'null', '[]', '{"kind":"pod"}', '{']) expect(readChange(odd)).toBeUndefined();
  });
});
