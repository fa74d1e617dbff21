import { describe, expect, it } from 'vitest';
import { type MissingRight, type Vm } from '#libs/api';
import { polledFor } from '../hooks/useLists.js';
import { isUnknown, notesOf } from './rights.js';

const right = (verb: MissingRight['verb'], resource: MissingRight['resource']): MissingRight => ({ verb, resource });
const NO = 'because you do not have permission to';

describe('what a page says of rights that are missing', () => {
  it.each<[string, MissingRight[], string[], string[]]>([
    ['nothing', [], [], []],
    ['watch VMs', [right('watch', 'virtualmachines')], [`Updated every 15 s, ${NO} watch virtualmachines.`], []],
    [
      'watch instances',
      [right('watch', 'virtualmachineinstances')],
      [`Updated every 15 s, ${NO} watch virtualmachineinstances.`],
      [],
    ],
    ['watch sessions', [right('watch', 'gatesessions')], [`Updated every 15 s, ${NO} watch gatesessions.`], []],
    ['watch links', [right('watch', 'gatetokens')], [], [`Updated every 15 s, ${NO} watch gatetokens.`]],
    // The list itself is refused, and says so.
    ['list VMs', [right('list', 'virtualmachines')], [`Updated every 15 s, ${NO} list virtualmachines.`], []],
    ['list links', [right('list', 'gatetokens')], [], [`Updated every 15 s, ${NO} list gatetokens.`]],
    // VMs are told of without what is unknown of them.
    ['list instances', [right('list', 'virtualmachineinstances')], [], []],
    ['list sessions', [right('list', 'gatesessions')], [], []],
    [
      'watch all',
      (['virtualmachines', 'virtualmachineinstances', 'gatesessions', 'gatetokens'] as const).map((resource) =>
        right('watch', resource),
      ),
      [`Updated every 15 s, ${NO} watch virtualmachines, virtualmachineinstances, and gatesessions.`],
      [`Updated every 15 s, ${NO} watch gatetokens.`],
    ],
    [
      'list some and watch others',
      [right('list', 'virtualmachines'), right('watch', 'gatesessions')],
      [`Updated every 15 s, ${NO} list virtualmachines or to watch gatesessions.`],
      [],
    ],
  ])('a stream without the right to %s', (_name, lacks, ofVms, ofLinks) => {
    expect(notesOf({ polled: polledFor('vms', lacks) })).toEqual(ofVms);
    expect(notesOf({ polled: polledFor('links', lacks) })).toEqual(ofLinks);
  });

  it.each([
    ['Running', 'virtualmachineinstances', true],
    ['Unknown', 'virtualmachineinstances', true],
    ['Stopped', 'virtualmachineinstances', false],
    ['Stopped', 'gatesessions', true],
    ['Running', 'gatetokens', false],
  ] as const)('of a VM that is %s, what %s tell is unknown: %j', (status, resource, unknown) => {
    const lacks = [right('list', 'virtualmachineinstances'), right('list', 'gatesessions')];
    expect(isUnknown({ status, lacks } as Vm, resource)).toBe(unknown);
    expect(isUnknown({ status, lacks: [] as MissingRight[] } as Vm, resource)).toBe(false);
  });

  const FACTS = 'IP addresses, node and operating system are unknown';
  it.each<[MissingRight[], string[]]>([
    [[], []],
    [[right('list', 'virtualmachineinstances')], [`${FACTS}, ${NO} list virtualmachineinstances.`]],
    [[right('get', 'virtualmachineinstances')], [`${FACTS}, ${NO} get virtualmachineinstances.`]],
    [[right('list', 'gatesessions')], [`Who is connected is unknown, ${NO} list gatesessions.`]],
    [
      [right('get', 'virtualmachineinstances'), right('list', 'gatesessions')],
      [`${FACTS}, ${NO} get virtualmachineinstances.`, `Who is connected is unknown, ${NO} list gatesessions.`],
    ],
  ])('a VM that lacks %j', (lacks, notes) => {
    expect(notesOf({ polled: [], lacks })).toEqual(notes);
  });
});
