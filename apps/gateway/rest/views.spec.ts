import { describe, expect, it } from 'vitest';
import { type GateSession, type GateToken, type MissingRight } from '#libs/api';
import { type PrintableStatus, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { gateSessionView } from './gatesession-view.js';
import { gateTokenView } from './gatetoken-view.js';
import { type Refusal } from '../http/refusal.js';
import { IssueBody } from './issue-request.js';
import { Rules } from './rules.js';
import { Viewers } from './viewers.js';
import { vmView } from './vm-view.js';

const API = { apiVersion: 'kubegateway.kubevirt.io/v1beta1' } as const;

const token: GateToken = {
  ...API,
  kind: 'GateToken',
  metadata: { name: 'one', namespace: 'ns', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { vm: 'demo', 'link-hash': 'HASH-OF-A-CODE' },
  status: {
    token: 'SIGNED-JWT',
    link: 'https://gate.example/auth/jwt/set?token=SIGNED-JWT',
    phase: 'Error',
    conditions: [{ type: 'Ready', status: 'False', reason: 'X', message: 'because', lastTransitionTime: '' }],
  },
};

const session: GateSession = {
  ...API,
  kind: 'GateSession',
  metadata: { name: 's', namespace: 'ns' },
  spec: { vm: 'demo', kind: 'vnc', 'client-address': '127.0.0.1', pod: 'p', user: 'ada' },
  status: { phase: 'Active', started: '2026-01-01T00:00:01Z' },
};

const vm: VirtualMachine = {
  metadata: { name: 'demo', namespace: 'ns', uid: 'v' },
  spec: { runStrategy: 'Always', template: { spec: { domain: { resources: { requests: { memory: '64M' } } } } } },
  status: { printableStatus: 'Running', ready: true },
};

const vmi: VirtualMachineInstance = {
  metadata: { name: 'demo', namespace: 'ns' },
  spec: { domain: { devices: { autoattachSerialConsole: false } } },
  status: { phase: 'Running', nodeName: 'local', interfaces: [{ ipAddress: '10.0.0.2' }] },
};

describe('views', () => {
  it('row 8: a GateToken is shown without its token, link and hash', () => {
    const text = JSON.stringify(gateTokenView(token));
    expect(text).not.toContain('SIGNED-JWT');
    expect(text).not.toContain('HASH-OF-A-CODE');
    expect(gateTokenView(token)).toMatchObject({
      phase: 'Error',
      message: 'because',
      'take-over': true,
      duration: '1h',
    });
  });

  it('joins a VM with its instance, who is using it, and what the user may do', () => {
    const rules = new Rules([
      { verbs: ['update'], apiGroups: ['subresources.kubevirt.io'], resources: ['virtualmachineinstances/pause'] },
    ]);
    const view = vmView(vm, { vmi, viewers: new Viewers([session]).of(vm), lacks: [] }, rules);
    expect(view).toMatchObject({ status: 'Running', node: 'local', ips: ['10.0.0.2'], cpu: 1 });
    expect(view.consoles).toEqual({ vnc: true, serial: false });
    expect(view.viewers).toEqual([{ session: 's', kind: 'vnc', who: 'ada', since: '2026-01-01T00:00:01Z' }]);
    expect(view.may).toMatchObject({ pause: true, unpause: false, start: false, vnc: false, issue: false });
  });

  it('who is on a VM of the same name in another namespace is not on this one', () => {
    const elsewhere = { ...session, spec: { ...session.spec, namespace: 'elsewhere' } };
    expect(new Viewers([elsewhere]).of(vm)).toEqual([]);
    const there = { ...vm, metadata: { ...vm.metadata, namespace: 'elsewhere' } };
    expect(new Viewers([session, elsewhere]).of(there)).toEqual([elsewhere]);
    expect(gateSessionView(elsewhere)).toMatchObject({ namespace: 'ns', 'vm-namespace': 'elsewhere' });
    expect(gateSessionView(session)).toMatchObject({ namespace: 'ns', 'vm-namespace': 'ns' });
  });

  it.each<[PrintableStatus, boolean]>([
    ['Running', true],
    ['Paused', true],
    ['Migrating', true],
    ['Stopped', false],
    ['Starting', false],
    ['Stopping', false],
    ['ErrImagePull', false],
    ['Unknown', false],
  ])('a VM whose instance may not be seen is what it says itself: %s', (printableStatus, runs) => {
    const lacks: MissingRight[] = [{ verb: 'list', resource: 'virtualmachineinstances' }];
    const spec = { template: { spec: { domain: { devices: { autoattachSerialConsole: false } } } } };
    const view = vmView(
      { ...vm, spec, status: { printableStatus } },
      { vmi: undefined, viewers: [], lacks },
      new Rules([]),
    );
    expect(view).toMatchObject({ status: printableStatus, consoles: { vnc: runs, serial: false }, lacks });
  });

  it('a VM without an instance does not run, whatever its own status still says', () => {
    expect(vmView(vm, { vmi: undefined, viewers: [], lacks: [] }, new Rules([])).status).toBe('Stopped');
  });

  it('a VM that does not run has no consoles', () => {
    const view = vmView(vm, { vmi: undefined, viewers: [], lacks: [] }, new Rules([]));
    expect(view.consoles).toEqual({ vnc: false, serial: false });
    expect(view.memory).toBe('64M');
  });

  it('who is on a VM follows the sessions as they begin, end, change and are deleted', () => {
    const viewers = new Viewers([session]);
    const second = { ...session, metadata: { ...session.metadata, name: 'second' } };
    viewers.put(second);
    expect(viewers.of(vm)).toEqual([session, second]);
    const ended: GateSession = { ...session, status: { phase: 'Ended' } };
    viewers.put(ended, session);
    viewers.put(ended, ended);
    expect(viewers.of(vm)).toEqual([second]);
    const moved = { ...second, spec: { ...second.spec, vm: 'other' } };
    viewers.put(moved, second);
    const other = { ...vm, metadata: { ...vm.metadata, name: 'other' } };
    expect([viewers.of(vm), viewers.of(other)]).toEqual([[], [moved]]);
    viewers.delete(moved);
    expect(viewers.of(other)).toEqual([]);
  });

  it('names who is on a console', () => {
    expect(gateSessionView(session).who).toBe('ada');
    const { user: _user, ...spec } = session.spec;
    expect(gateSessionView({ ...session, spec: { ...spec, token: 'one' } }).who).toBe('link one');
  });
});

describe('IssueBody', () => {
  it('takes the fields of a GateToken', () => {
    const body = { vm: 'demo', duration: '1h', 'single-use': true };
    expect(IssueBody.parse(body)).toEqual(body);
  });

  it.each([
    [null, ['spec']],
    ['text', ['spec']],
    [{ vm: 7, urls: ['/api', 8] }, ['spec.vm', 'spec.urls[1]']],
    [{ urls: [] }, ['spec.urls']],
    [{ name: 3 }, ['metadata.name']],
    [{ 'link-hash': 'x', issuer: {} }, ['spec.link-hash', 'spec.issuer']],
    [{ singleUse: 'yes' }, ['spec.single-use']],
  ])('%j is 422, with the path of each field', (body, fields) => {
    const status = refusalOf(() => IssueBody.parse(body)).toStatus();
    expect(status).toMatchObject({ kind: 'Status', code: 422, reason: 'Invalid' });
    expect(status.details?.causes?.map(({ field }) => field)).toEqual(fields);
    for (const field of fields) expect(status.message).toContain(field);
  });
});

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    return error as Refusal;
  }
  throw new Error('it was accepted');
}
