import { randomUUID } from 'node:crypto';
import { type ApiRequest, type ConsoleTarget } from '#libs/policy';
import { type Credential, describe } from '../credentials/credential.js';
import { browserKey } from '../credentials/browser-key.js';
import { type Tunnel } from './tunnel.js';

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
  /** Asks the cluster whether someone else has this console now; set once it is held. */
  isTaken: (() => Promise<boolean>) | undefined;
  readonly #undo: (() => void | Promise<void>)[] = [];
  #over = false;

  constructor(
    readonly order: ConsoleOrder,
    readonly tunnel: Tunnel,
  ) {
    this.who = describe(order.credential);
    void tunnel.ended.then(() => (this.#over = true));
  }

  get over(): boolean {
    return this.#over;
  }

  /** Tells the browsers of one grant, or one sign-in, apart. */
  get browser(): string | undefined {
    return browserKey(this.order.credential);
  }

  /** The client asked to take over, and may. */
  get mayTakeOver(): boolean {
    const { request, credential } = this.order;
    if (new URLSearchParams(request.query).get('takeover') !== 'true') return false;
    return credential.kind === 'user' || credential.presented.grant.takeOver;
  }

  /** Undone when the console has ended, the last first. */
  onEnd(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Runs once, after the end. Faults are logged; none keeps the others from running. */
  async undo(onError: (error: unknown) => void): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        onError(error);
      }
    }
  }
}
