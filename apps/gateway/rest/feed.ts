import { Observable, Subject } from 'rxjs';
import { type ChangeEvent, type GateSession, type GateToken } from '#libs/api';
import { Informer, type KubeObject, type ResourceType, types } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { gateSessionView } from './gatesession-view.js';
import { gateTokenView } from './gatetoken-view.js';
import { Rules } from './rules.js';
import { type User } from './user.js';
import { vmView } from './vm-view.js';

const GATE = 'kubegateway.kubevirt.io';

/** The changes of one namespace as one user may see them: one watch a kind, however many of her tabs listen. */
export class Feed {
  readonly changes = new Subject<ChangeEvent>();
  listeners = 0;
  private readonly informers: { stop(): Promise<void> }[] = [];
  private readonly sessions: Informer<GateSession> | undefined;
  private readonly vms: Informer<VirtualMachine> | undefined;
  private readonly vmis: Informer<VirtualMachineInstance> | undefined;

  private constructor(
    private readonly user: User,
    private readonly namespace: string,
    private readonly rules: Rules,
  ) {
    this.vms = this.watch<VirtualMachine>(types.virtualMachines, 'kubevirt.io');
    this.vmis = this.watch<VirtualMachineInstance>(types.virtualMachineInstances, 'kubevirt.io');
    this.sessions = this.watch<GateSession>(types.gateSessions, GATE);
    this.joinVms();
    this.sessions
      ?.on('put', (object) => this.emit({ kind: 'gatesession', type: 'put', object: gateSessionView(object) }))
      .on('delete', ({ metadata }) => this.gone('gatesession', metadata.name));
    this.watch<GateToken>(types.gateTokens, GATE)
      ?.on('put', (object) => this.emit({ kind: 'gatetoken', type: 'put', object: gateTokenView(object) }))
      .on('delete', ({ metadata }) => this.gone('gatetoken', metadata.name));
  }

  /** @throws KubeError when the API server refuses the question what she may do */
  static async open(user: User, namespace: string): Promise<Feed> {
    return new Feed(user, namespace, await Rules.of(user.client, namespace));
  }

  async stop(): Promise<void> {
    this.changes.complete();
    await Promise.all(this.informers.map((informer) => informer.stop()));
  }

  /** A VM changes for the page when it, its instance or a console on it changes. */
  private joinVms(): void {
    this.vms?.on('put', (vm) => this.putVm(vm)).on('delete', ({ metadata }) => this.gone('vm', metadata.name));
    const byName = (name: string | undefined): void => {
      const vm = name === undefined ? undefined : this.vms?.get(name, this.namespace);
      if (vm !== undefined) this.putVm(vm);
    };
    this.vmis?.on('put', ({ metadata }) => byName(metadata.name)).on('delete', ({ metadata }) => byName(metadata.name));
    this.sessions?.on('put', ({ spec }) => byName(spec.vm)).on('delete', ({ spec }) => byName(spec.vm));
  }

  private putVm(vm: VirtualMachine): void {
    const vmi = this.vmis?.get(vm.metadata.name ?? '', this.namespace);
    this.emit({ kind: 'vm', type: 'put', object: vmView(vm, vmi, this.sessions?.list() ?? [], this.rules) });
  }

  private gone(kind: 'vm' | 'gatetoken' | 'gatesession', name = ''): void {
    this.emit({ kind, type: 'delete', name });
  }

  private emit(change: ChangeEvent): void {
    this.changes.next(change);
  }

  /** A kind that she may not watch is left out: the rest goes on. */
  private watch<T extends KubeObject>(type: ResourceType, group: string): Informer<T> | undefined {
    const may = (verb: string): boolean => this.rules.allow({ verb, group, resource: type.resource });
    if (!may('list') || !may('watch')) return undefined;
    const informer = new Informer<T>(this.user.client, type, { namespace: this.namespace });
    informer.on('reset', () => this.emit({ kind: 'reset', type: 'reset' }));
    informer.start();
    this.informers.push(informer);
    return informer;
  }
}

/** Feeds by user and namespace, opened by the first listener and closed by the last. */
export class Feeds {
  private readonly feeds = new Map<string, Promise<Feed>>();

  /** What a stream sends: first everything that is there, then what changes. */
  changes(user: User, namespace: string): Observable<ChangeEvent> {
    return new Observable((subscriber) => {
      const key = `${user.session}/${namespace}`;
      const opening = this.feeds.get(key) ?? Feed.open(user, namespace);
      this.feeds.set(key, opening);
      opening.then(
        (feed) => {
          if (subscriber.closed) return this.release(key, feed);
          feed.listeners += 1;
          subscriber.add(() => {
            feed.listeners -= 1;
            this.release(key, feed);
          });
          subscriber.add(feed.changes.subscribe(subscriber));
          // The page fetches its lists now: what changed before this moment is in them.
          subscriber.next({ kind: 'reset', type: 'reset' });
        },
        (error: unknown) => {
          this.feeds.delete(key);
          subscriber.error(error);
        },
      );
    });
  }

  async stop(): Promise<void> {
    const feeds = await Promise.allSettled(this.feeds.values());
    this.feeds.clear();
    await Promise.all(feeds.map(async (feed) => (feed.status === 'fulfilled' ? feed.value.stop() : undefined)));
  }

  private release(key: string, feed: Feed): void {
    if (feed.listeners > 0) return;
    this.feeds.delete(key);
    void feed.stop();
  }
}
