import { describe, expect, it } from 'vitest';
import { type GateSession } from '#libs/api';
import { type Informer } from '#libs/kube';
import { Histories, KEPT } from './histories.js';

type Handler = (session: GateSession) => void;

/** Records as a watch shows them, and those that were said to be too many. */
function setUp() {
  const handlers: Record<string, Handler> = {};
  const gateSessions = {
    on: (event: string, handler: Handler) => {
      handlers[event] = handler;
      return gateSessions;
    },
  } as unknown as Informer<GateSession>;
  const histories = new Histories({ gateSessions });
  const said: string[] = [];
  histories.onSurplus((key) => said.push(key));
  const put = (...sessions: GateSession[]) => sessions.forEach((one) => handlers['put']?.(one));
  const surplus = (sessions: GateSession[]) => sessions.filter((one) => histories.isSurplus(one)).map(nameOf);
  return { histories, said, put, surplus, remove: (session: GateSession) => handlers['delete']?.(session) };
}

const nameOf = ({ metadata }: GateSession): string => metadata.name ?? '';

/** Consoles that ended one after the other, the first one first. */
function ended(count: number, spec: Partial<GateSession['spec']> = {}, prefix = 's'): GateSession[] {
  return Array.from({ length: count }, (_, i) => {
    const metadata = { name: `${prefix}-${i}`, namespace: 'n' };
    const status = { phase: 'Ended', ended: new Date(i * 1000).toISOString() };
    return { metadata, spec: { vm: 'demo', token: 'gt', ...spec }, status } as GateSession;
  });
}

describe('of the ended consoles of one viewer on one VM', () => {
  it.each([
    ['in order', (all: GateSession[]) => all],
    ['in reverse', (all: GateSession[]) => all.toReversed()],
    ['in any order', (all: GateSession[]) => all.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))],
  ])('the newest 20 are kept, seen %s', (_, order) => {
    const { put, surplus, said } = setUp();
    const sessions = ended(KEPT.ofViewer + 15);
    put(...order(sessions));
    expect(surplus(sessions)).toEqual(sessions.slice(0, 15).map(nameOf));
    expect(said.sort()).toEqual(
      sessions
        .slice(0, 15)
        .map((one) => `n/${nameOf(one)}`)
        .sort(),
    );
  });

  it('one whose end changes counts by its new end', () => {
    const { put, surplus } = setUp();
    const sessions = ended(KEPT.ofViewer + 1);
    const [first, ...others] = sessions as [GateSession, ...GateSession[]];
    const later: GateSession = { ...first, status: { phase: 'Ended', ended: new Date(1e9).toISOString() } };
    put(first, ...others.slice(0, -1), later, ...others.slice(-1));
    expect(surplus([later, ...others])).toEqual([nameOf(others[0] as GateSession)]);
  });

  it('live ones are not counted', () => {
    const { put, surplus } = setUp();
    const live = ended(KEPT.ofViewer + 1).map((one): GateSession => ({ ...one, status: { phase: 'Active' } }));
    put(...live);
    expect(surplus(live)).toEqual([]);
  });

  it('what was deleted makes room, and one that is seen again counts once', () => {
    const { put, surplus, remove } = setUp();
    const sessions = ended(KEPT.ofViewer);
    put(...sessions, ...sessions);
    expect(surplus(sessions)).toEqual([]);
    sessions.slice(0, 5).forEach(remove);
    const next = ended(5, {}, 'next');
    put(...next);
    expect(surplus([...sessions.slice(5), ...next])).toEqual([]);
  });

  it.each([
    ['grant', { token: 'other' }],
    ['user', { user: 'ada' }],
    ['VM', { vm: 'other' }],
    ['namespace of the VM', { namespace: 'other' }],
  ])('those of another %s are counted apart', (_, spec) => {
    const { put, surplus } = setUp();
    const [mine, theirs] = [ended(KEPT.ofViewer), ended(KEPT.ofViewer, spec, 'other')];
    put(...mine, ...theirs);
    expect(surplus([...mine, ...theirs])).toEqual([]);
  });
});

it('of all ended consoles of a namespace the newest 5000 are kept', () => {
  const { put, surplus } = setUp();
  const sessions = ended(KEPT.ofNamespace + 10).map((one, i) => ({ ...one, spec: { ...one.spec, token: `gt-${i}` } }));
  put(...sessions);
  expect(surplus(sessions)).toEqual(sessions.slice(0, 10).map(nameOf));
  const elsewhere = sessions.map((one) => ({ ...one, metadata: { ...one.metadata, namespace: 'other' } }));
  put(...elsewhere.slice(0, 10));
  expect(surplus(elsewhere.slice(0, 10))).toEqual([]);
});
