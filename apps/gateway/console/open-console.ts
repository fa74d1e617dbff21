import { CONSOLE_ENDS } from '#libs/api';
import { ViewOnlyFilter } from '#libs/rfb';
import { identityHeaders, upstreamToken } from '../credentials/identities.js';
import { type ConsoleClaim } from '../sessions/console-leases.js';
import { type VmState } from '../vms/vm-states.js';
import { CannotOpen, type ConsoleEnd, consoleEnd, refusedEnd } from './ends.js';
import { whyStopped } from './fences.js';
import { EVERY_BYTE, InputWatch } from './input-watch.js';
import { type LiveConsole } from './live-console.js';
import { type ConsoleParts } from './parts.js';
import { type InputFilter, UpstreamRefused } from './tunnel.js';

const { ended, inUse, takenOver, vmStopped } = CONSOLE_ENDS;

const NOTHING = new Uint8Array(0);
/** A serial line has no messages to tell apart: nothing that is typed passes. */
const NO_INPUT: InputFilter = { push: () => NOTHING };

/**
 * The steps from an answered handshake to a joined console. Each may find that it cannot be; in between the browser
 * may have left, or a fence ended it.
 * @param onLost tells why, should the cluster cut it later
 * @throws CannotOpen with the close code; KubeError, NetworkError where the API server cannot be asked
 */
export async function openConsole(
  live: LiveConsole,
  parts: ConsoleParts,
  onLost: () => Promise<ConsoleEnd>,
): Promise<void> {
  const state = await findVm(live, parts);
  if (live.over) return;
  const taken = await hold(live, parts, state);
  if (live.over) return;
  await record(live, parts);
  if (live.over) return;
  await join(live, parts, taken, onLost);
}

async function findVm({ order }: LiveConsole, { vms, userVms }: ConsoleParts): Promise<VmState> {
  const { credential, target } = order;
  const watched = vms.get(target.namespace, target.vm);
  const known =
    watched ??
    (await userVms.get(credential.kind === 'user' ? credential.user : undefined, target.namespace, target.vm));
  const bound = credential.kind === 'grant' ? credential.presented.grant.vmUid : undefined;
  const reason = whyStopped(known, target.vm, bound);
  if (reason !== undefined) throw new CannotOpen(consoleEnd(vmStopped, reason));
  return known;
}

/** @returns true where somebody was on the console before: then the cluster must cut that one */
async function hold(live: LiveConsole, { leases, audit }: ConsoleParts, { instance }: VmState): Promise<boolean> {
  if (instance === undefined) return mayTakeOver(live);
  const { browser } = live;
  const claim: ConsoleClaim = {
    instance,
    kind: live.order.target.kind,
    id: live.id,
    who: live.who,
    takeOver: mayTakeOver(live),
    ended: live.tunnel.ended,
    ...(browser === undefined ? {} : { browser }),
  };
  const outcome = await leases.claim(claim);
  if (!outcome.held)
    throw new CannotOpen(consoleEnd(inUse, inUse.reasons.held(live.order.target.vm, nameFor(live, outcome.who))));
  const stop = leases.onTaken(claim, () => live.tunnel.end(consoleEnd(takenOver, takenOver.reasons.taken)));
  live.isTaken = () => leases.isTaken(claim);
  const undo = async (): Promise<void> => {
    stop();
    await outcome.release();
  };
  // Ended while the claim was on its way: nobody else would undo it any more.
  if (live.over) await undo().catch((error: unknown) => audit.fault('lease', error));
  else live.onEnd(undo);
  return outcome.taken;
}

function mayTakeOver({ order: { request, credential } }: LiveConsole): boolean {
  if (new URLSearchParams(request.query).get('takeover') !== 'true') return false;
  return credential.kind === 'user' || credential.presented.grant.takeOver;
}

/** Who it is, a guest need not know. */
function nameFor({ order: { credential } }: LiveConsole, who: string): string {
  return credential.kind === 'user' ? who : 'Someone else';
}

async function record(live: LiveConsole, { records, usage, audit, limits }: ConsoleParts): Promise<void> {
  const { credential, target, address, userAgent } = live.order;
  const { vm, kind } = target;
  const grant = credential.kind === 'grant' ? credential.presented.grant : undefined;
  const session = await records.open({
    vm,
    ...(target.namespace === limits.namespace ? {} : { namespace: target.namespace }),
    kind,
    'client-address': address,
    ...(grant?.registered === true ? { token: grant.name } : {}),
    ...(credential.kind === 'user' ? { user: credential.user.username } : {}),
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
  });
  live.session = session;
  const stop = records.onDeleted(session, () => live.tunnel.end(consoleEnd(ended, ended.reasons.deleted)));
  const close = async (): Promise<void> => {
    stop();
    const { bytesIn, bytesOut, ended } = live.tunnel;
    await records.end(session, { bytesIn, bytesOut, reason: (await ended).reason });
    if (grant !== undefined) usage.consoles(grant, records.live(grant.name, { session, open: false }));
  };
  if (live.over) return close().catch((error: unknown) => audit.fault('session', error));
  live.onEnd(close);
  audit.opened({ session, who: live.who, vm, kind, address });
  if (grant !== undefined) usage.consoles(grant, records.live(grant.name, { session, open: true }));
}

async function join(
  live: LiveConsole,
  { guests, limits }: ConsoleParts,
  taken: boolean,
  onLost: () => Promise<ConsoleEnd>,
): Promise<void> {
  const { request, credential, address, target } = live.order;
  const token = await upstreamToken(credential, guests);
  const filter = inputFilter(live);
  try {
    await live.tunnel.connect({
      target: `${request.path}${upstreamQuery(live, taken)}`,
      headers: identityHeaders({ token, clientAddress: address }),
      onLost,
      ...(filter === undefined ? {} : { filter }),
      ...(limits.idleTimeout > 0 ? { activity: target.kind === 'vnc' ? new InputWatch() : EVERY_BYTE } : {}),
    });
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    if (error.status === 401 && credential.kind === 'grant') guests.reject(token);
    throw new CannotOpen(refusedEnd(error, target.vm));
  }
}

/**
 * KubeVirt cuts whoever is on a VM's screen unless it is asked to preserve the session. There can be somebody of whom no
 * Lease tells: one who did not come through a gateway, or the ghost of a connection that was lost without a word.
 */
function upstreamQuery(live: LiveConsole, taken: boolean): string {
  const { request, target } = live.order;
  const query = new URLSearchParams(request.query);
  query.delete('takeover');
  query.delete('preserveSession');
  if (target.kind === 'vnc' && !taken && !mayTakeOver(live)) query.set('preserveSession', 'true');
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function inputFilter({ order: { credential, target } }: LiveConsole): InputFilter | undefined {
  if (credential.kind !== 'grant' || !credential.presented.grant.viewOnly) return undefined;
  return target.kind === 'vnc' ? new ViewOnlyFilter() : NO_INPUT;
}
