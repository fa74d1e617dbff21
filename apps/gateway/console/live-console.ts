import { randomUUID } from 'node:crypto';
import { type ApiRequest, type ConsoleTarget } from '#libs/policy';
import { type AuditWhat } from '#libs/ops';
import { type Credential, describe } from '../credentials/credential.js';
import { browserKey } from '../credentials/browser-key.js';
import { type Holder } from '../sessions/console-leases.js';
import { type Tunnel } from './tunnel.js';

const TAB = /^[\w-]{1,64}$/;

/** What the upgrade door hands over, already authorized. */
export interface ConsoleOrder {
  readonly request: ApiRequest;
  readonly credential: Credential;
  readonly target: ConsoleTarget;
  readonly address: string;
  readonly userAgent?: string;
}

/** One console of this replica and what must be undone when it ends. */
export class LiveConsole {
  readonly id = randomUUID();
  readonly who: string;
  /** Name of its GateSession, once there is one. */
  session: string | undefined;
  /** Asks the cluster who has this console now instead; set once it is held. */
  takenBy: (() => Promise<Holder | undefined>) | undefined;
  readonly #undo: (() => void | Promise<void>)[] = [];
  #over = false;

  /** @param onFault told of what could not be undone */
  constructor(
    readonly order: ConsoleOrder,
    readonly tunnel: Tunnel,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.who = describe(order.credential);
    void tunnel.ended.then(() => (this.#over = true));
  }

  get over(): boolean {
    return this.#over;
  }

  /** For the audit log. */
  get what(): AuditWhat {
    const { namespace, vm: name, kind } = this.order.target;
    const subresource = kind === 'vnc' ? 'vnc' : 'console';
    return { verb: 'get', resource: 'virtualmachineinstances.subresources.kubevirt.io', subresource, namespace, name };
  }

  /** Tells the browsers of one grant, or one sign-in, apart. */
  get browser(): string | undefined {
    return browserKey(this.order.credential);
  }

  /** Tells the tabs of that browser apart, where the client does (the parameter `tab`). */
  get tab(): string | undefined {
    const tab = this.query.get('tab') ?? '';
    return TAB.test(tab) ? tab : undefined;
  }

  get asksToTakeOver(): boolean {
    return this.query.get('takeover') === 'true';
  }

  /** The client asked to take over, and may take over from someone else. */
  get mayTakeOver(): boolean {
    const { credential } = this.order;
    if (!this.asksToTakeOver) return false;
    return credential.kind === 'user' || credential.presented.grant.takeOver;
  }

  private get query(): URLSearchParams {
    return new URLSearchParams(this.order.request.query);
  }

  /** Undone when the console has ended; at once where it has ended already. */
  onEnd(undo: () => void | Promise<void>): void {
    if (this.#over) void this.run(undo);
    else this.#undo.push(undo);
  }

  /** Runs once, after the end, all side by side. None keeps the others from running. */
  async undo(): Promise<void> {
    await Promise.all(this.#undo.splice(0).map((undo) => this.run(undo)));
  }

  private async run(undo: () => void | Promise<void>): Promise<void> {
    try {
      await undo();
    } catch (error) {
      this.onFault(error);
    }
  }
}
