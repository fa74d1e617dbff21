import { Inject, Injectable } from '@nestjs/common';
import { requestTarget } from '#libs/policy';
import { ViewOnlyFilter } from '#libs/rfb';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Identities, identityHeaders } from '../credentials/identities.js';
import { CannotOpen, type ConsoleEnd, refusedEnd } from './ends.js';
import { EVERY_BYTE, InputWatch } from './input-watch.js';
import { type LiveConsole } from './live-console.js';
import { type InputFilter, UpstreamRefused } from './tunnel.js';

const NOTHING = new Uint8Array(0);
/** A serial line has no messages to tell apart: no input passes. */
const NO_INPUT: InputFilter = { push: () => NOTHING };

/** The gateway decides about these parameters; all others reach the cluster byte for byte. */
const OURS: ReadonlySet<string | undefined> = new Set(['takeover', 'preserveSession', 'tab', 'as']);

/** Connects a browser to its guest, through the Kubernetes API. */
@Injectable()
export class GuestConnector {
  constructor(
    private readonly identities: Identities,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * @param taken someone was using the console: the cluster must disconnect them
   * @param onLost says why, if the cluster disconnects it later
   * @throws CannotOpen with the close code that stands for the API server's answer
   */
  async connect(live: LiveConsole, taken: boolean, onLost: () => Promise<ConsoleEnd>): Promise<void> {
    const { request, credential, address, target } = live.order;
    const token = await this.identities.token(credential);
    const filter = inputFilter(live);
    try {
      await live.tunnel.connect({
        target: requestTarget({ path: request.path, query: upstreamQuery(live, taken) }),
        headers: identityHeaders({ token, clientAddress: address }),
        onLost,
        ...(filter === undefined ? {} : { filter }),
        ...(this.config.idleTimeout > 0 ? { activity: target.kind === 'vnc' ? new InputWatch() : EVERY_BYTE } : {}),
      });
    } catch (error) {
      if (!(error instanceof UpstreamRefused)) throw error;
      if (error.status === 401) this.identities.refused(credential, token);
      throw new CannotOpen(refusedEnd(error, target.vm));
    }
  }
}

/**
 * KubeVirt disconnects the present viewer of a screen unless asked to preserve the session. A viewer may exist that no
 * Lease shows: one who did not come through a gateway, or a connection that was lost silently.
 */
function upstreamQuery(live: LiveConsole, taken: boolean): string {
  const { request, target } = live.order;
  const query = request.query === '' ? [] : request.query.split('&').filter((one) => !OURS.has(nameOf(one)));
  if (target.kind === 'vnc' && !taken && !live.mayTakeOver) query.push('preserveSession=true');
  return query.join('&');
}

/** @returns the name of a query parameter, decoded as servers decode it */
function nameOf(parameter: string): string | undefined {
  return new URLSearchParams(parameter).keys().next().value;
}

function inputFilter({ order: { credential, target } }: LiveConsole): InputFilter | undefined {
  if (credential.kind !== 'grant' || !credential.presented.grant.viewOnly) return undefined;
  return target.kind === 'vnc' ? new ViewOnlyFilter() : NO_INPUT;
}
