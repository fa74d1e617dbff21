import { describe, expect, it } from 'vitest';
import { type Vm } from '#libs/api';
import { applyChanges, type Changes, noteChange, readChange } from './changes.js';

const vm = (name: string, status = 'Running') => ({ name, status }) as Vm;

const put = (object: Vm) => ({ kind: 'vm', type: 'put', object }) as const;
const gone = (name: string) => ({ kind: 'vm', type: 'delete', name }) as const;
function fold(list: Vm[], ...events: Parameters<typeof noteChange>[1][]): Vm[] {
  const changes: Changes = new Map();
  for (const event of events) noteChange(changes, event);
  return applyChanges(list, changes as Map<string, Vm>);
}

describe('applyChanges', () => {
  const list = [vm('a'), vm('b')];

  it('replaces what it knows, in its place', () => {
    expect(fold(list, put(vm('a', 'Stopped')))).toEqual([vm('a', 'Stopped'), vm('b')]);
  });

  it('appends what is new, and removes what is gone', () => {
    expect(fold(list, put(vm('c')), gone('a'))).toEqual([vm('b'), vm('c')]);
  });

  it('takes the last change of each object', () => {
    expect(fold(list, put(vm('a', 'Stopped')), gone('b'), put(vm('a', 'Paused')), put(vm('c')), gone('c'))).toEqual([
      vm('a', 'Paused'),
    ]);
  });

  it('leaves a list alone that it does not touch', () => {
    expect(fold(list, gone('z'))).toBe(list);
    expect(list).toHaveLength(2);
  });
});

describe('readChange', () => {
  it('reads events that it knows and ignores all else', () => {
    expect(readChange('{"kind":"vm","type":"delete","name":"a"}')).toEqual({ kind: 'vm', type: 'delete', name: 'a' });
    for (const odd of ['', 'null', '[]', '{"kind":"pod"}', '{']) expect(readChange(odd)).toBeUndefined();
  });
});
