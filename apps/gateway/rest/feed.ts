import { createHash } from 'node:crypto';
import { Observable, Subject } from 'rxjs';
import { type ChangeEvent, type GateSession, type GateToken, type MissingRight } from '#libs/api';
import { Informer, isKubeError, type KubeObject, type ResourceType, types } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { gateSessionView } from './gatesession-view.js';
import { gateTokenView } from './gatetoken-view.js';
import { Rules } from './rules.js';
import { type User } from '../access/user.js';
import { isActive, Viewers } from './viewers.js';
import { vmView } from './vm-view.js';

/** What a VM's row is made from. */
const OF_VMS = [types.virtualMachines, types.virtualMachineInstances, types.gateSessions] as const;

/** The rights that a user lacks of those that a stream of all kinds takes. */
async function lacksOf(rules: Rules): Promise<MissingRight[]> {
  const kinds = [...OF_VMS, types.gateTokens].map(async ({ group, resource }): Promise<MissingRight[]> => {
    const may = (verb: string): Promise<boolean> => rules.surely({ verb, group, resource });
    const [list, watch] = await Promise.all([may('list'), may('watch')]);
    return list && watch ? [] : [{ verb: list ? 'watch' : 'list', resource: resource as MissingRight['resource'] }];
  });
  return (await Promise.all(kinds)).flat();
}

function resetOf(lacks: readonly MissingRight[]): string {
  const change: ChangeEvent = { kind: 'reset', type: 'reset', lacks: [...lacks] };
  return JSON.stringify(change);
}

/**
 * The changes in one namespace that one user may see: one watch per kind, however many of their tabs listen. Each change
 * is written as JSON once for all of them.
 */
class Feed {
  readonly changes = new Subject<string>();
  listeners = 0;
  private readonly informers: { stop(): Promise<void> }[] = [];
  private readonly viewers = new Viewers();
  private readonly vmLacks: readonly MissingRight[];
  private readonly vms: Informer<VirtualMachine> | undefined;
  private readonly vmis: Informer<VirtualMachineInstance> | undefined;
  /** A VM is told of as soon as all that it is joined with has been read. */
  private joined = false;

  /**
   * @param rules of the user in this namespace
   * @param lacks of the rights that the feed takes
   */
  constructor(
    private readonly user: User,
    private readonly namespace: string,
    private readonly rules: Rules,
    private readonly lacks: readonly MissingRight[],
  ) {
    // Joined with what the user may read but not watch, a VM's row would soon be wrong: pages have to ask for it.
    this.vmLacks = this.lacks.filter((right) => OF_VMS.some(({ resource }) => resource === right.resource));
    if (!this.vmLacks.some(({ verb, resource }) => verb === 'watch' || resource === 'virtualmachines')) {
      this.vms = this.watch<VirtualMachine>(types.virtualMachines);
      this.vmis = this.watch<VirtualMachineInstance>(types.virtualMachineInstances);
    }
    const sessions = this.watch<GateSession>(types.gateSessions);
    this.joinVms(sessions);
    sessions
      ?.on('put', (object) => this.emit({ kind: 'gatesession', type: 'put', object: gateSessionView(object) }))
      .on('delete', ({ metadata }) => this.gone('gatesession', metadata.name));
    this.watch<GateToken>(types.gateTokens)
      ?.on('put', (object) => this.emit({ kind: 'gatetoken', type: 'put', object: gateTokenView(object) }))
      .on('delete', ({ metadata }) => this.gone('gatetoken', metadata.name));
  }

  async stop(): Promise<void> {
    this.changes.complete();
    await Promise.all(this.informers.map((informer) => informer.stop()));
  }

  /** Tells listeners to read the lists again. */
  reset(): string {
    return resetOf(this.lacks);
  }

  /** A VM changes on the page when the VM, its instance or one of its consoles changes. */
  private joinVms(sessions: Informer<GateSession> | undefined): void {
    this.vms?.on('put', (vm) => this.putVm(vm)).on('delete', ({ metadata }) => this.gone('vm', metadata.name));
    const byName = (name: string | undefined): void => {
      const vm = name === undefined ? undefined : this.vms?.get(name, this.namespace);
      if (vm !== undefined) this.putVm(vm);
    };
    this.vmis?.on('put', ({ metadata }) => byName(metadata.name)).on('delete', ({ metadata }) => byName(metadata.name));
    // A session that was not active and is not now does not change its VM: most have ended.
    const byViewer = (...sessions: GateSession[]): void => {
      for (const name of new Set(sessions.filter(isActive).map(({ spec }) => spec.vm))) byName(name);
    };
    sessions
      ?.on('put', (session, old) => {
        this.viewers.put(session, old);
        byViewer(...(old === undefined ? [session] : [old, session]));
      })
      .on('delete', (session) => {
        this.viewers.delete(session);
        byViewer(session);
      });
    void Promise.all([this.vms?.synced(), this.vmis?.synced(), sessions?.synced()]).then(() => {
      this.joined = true;
      for (const vm of this.vms?.list() ?? []) this.putVm(vm);
    });
  }

  private putVm(vm: VirtualMachine): void {
    if (!this.joined) return;
    const vmi = this.vmis?.get(vm.metadata.name ?? '', this.namespace);
    const joined = { vmi, viewers: this.viewers.of(vm), lacks: this.vmLacks };
    this.emit({ kind: 'vm', type: 'put', object: vmView(vm, joined, this.rules) });
  }

  private gone(kind: 'vm' | 'gatetoken' | 'gatesession', name = ''): void {
    this.emit({ kind, type: 'delete', name });
  }

  private emit(change: ChangeEvent): void {
    this.changes.next(JSON.stringify(change));
  }

  /** A kind that the user may not watch is left out; the others still stream. */
  private watch<T extends KubeObject>(type: ResourceType): Informer<T> | undefined {
    if (this.lacks.some(({ resource }) => resource === type.resource)) return undefined;
    const onError = (error: unknown): void => this.failed(error);
    const informer = new Informer<T>(this.user.client, type, { namespace: this.namespace, onError });
    informer.on('reset', () => this.changes.next(this.reset()));
    informer.start();
    this.informers.push(informer);
    return informer;
  }

  /** The user's credential or one of their rights has ended: the streams end, and a new request gets the refusal. */
  private failed(error: unknown): void {
    if (isKubeError(error, 401, 403)) this.changes.complete();
  }
}

/** What a stream sends. */
export interface Changes {
  /** Each a ChangeEvent as JSON: first a reset, then each change. Ends when the API server no longer accepts the user. */
  readonly events: Observable<string>;
  /** For a listener that missed changes: tells it to read the lists again. */
  readonly reset: string;
}

/**
 * Feeds, opened by the first listener and closed by the last. Listeners share one if all of this is the same: the
 * credential, so that none sees through the watch of another one's; the namespace; and what the credential may do there now.
 */
export class Feeds {
  private readonly feeds = new Map<string, Feed>();

  /** @throws KubeError when the API server refuses to say what the user may do */
  async changes(user: User, namespace: string): Promise<Changes> {
    const rules = await Rules.of(user.client, namespace);
    const lacks = await lacksOf(rules);
    const key = keyOf(user.token(), namespace, rules.written, lacks);
    const events = new Observable<string>((subscriber) => {
      const feed = this.feeds.get(key) ?? new Feed(user, namespace, rules, lacks);
      this.feeds.set(key, feed);
      feed.listeners += 1;
      subscriber.add(() => this.release(key, feed));
      subscriber.add(feed.changes.subscribe(subscriber));
      // The page fetches its lists now: they contain every earlier change.
      subscriber.next(feed.reset());
    });
    return { events, reset: resetOf(lacks) };
  }

  async stop(): Promise<void> {
    const feeds = [...this.feeds.values()];
    this.feeds.clear();
    await Promise.all(feeds.map((feed) => feed.stop()));
  }

  private release(key: string, feed: Feed): void {
    feed.listeners -= 1;
    if (feed.listeners > 0) return;
    if (this.feeds.get(key) === feed) this.feeds.delete(key);
    void feed.stop();
  }
}

/** A hash: no credential is kept as a key. */
function keyOf(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
