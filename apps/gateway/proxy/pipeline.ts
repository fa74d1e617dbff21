import { type IncomingHttpHeaders } from 'node:http';
import { canonicalPath, type ConsoleTarget, consoleTarget, decide, requestInfo } from '#libs/policy';
import { outOfTouch } from '../cluster/out-of-touch.js';
import { type Credential } from '../credentials/credential.js';
import { Refusal } from '../http/refusal.js';
import { GrantError, mostTelling } from '../grants/grant-error.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { type PresentedGrants } from '../grants/grant-reader.js';
import { type SignedIn, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { type VmState } from '../vms/vm-states.js';
import { refuseForeignOrigin } from '../http/origin.js';

/** A request as both doors hand it in. */
export interface Incoming {
  readonly method: string;
  /** The raw request target, beginning with `/k8s/`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly upgrade: boolean;
}

/** What is asked of the cluster: parsed once; `path` and `query` are forwarded as they stand here. */
export interface Asked {
  readonly method: string;
  /** Canonical API path, without `/k8s`. */
  readonly path: string;
  /** Without `?`; empty where there is none. */
  readonly query: string;
  readonly upgrade: boolean;
  /** The answer goes on until one side ends it. */
  readonly watch: boolean;
  /** The console that the path names. */
  readonly console?: ConsoleTarget;
}

export type Verdict =
  | { readonly allow: true; readonly asked: Asked; readonly credential: Credential }
  | { readonly allow: false; readonly refusal: Refusal };

/** What the decision needs to know. */
export interface Gate {
  readonly origins: ReadonlySet<string>;
  readonly grants: { read(headers: IncomingHttpHeaders): Promise<PresentedGrants> };
  readonly users: SignedInUsers | undefined;
  readonly vms: { get(namespace: string, vm: string): VmState | undefined };
  /** Throws where a signed-in user may not open a console. */
  readonly rights: { require(user: SignedIn, target: ConsoleTarget): Promise<void> };
  /** False where the watch of the grants is out of touch: a revocation could have been missed. */
  inTouch(): boolean;
}

/**
 * The order of a request, for both doors. Each step refuses by throwing a Refusal; what comes out of the last one is
 * allowed, and is exactly what will be forwarded.
 */
export async function authorize(gate: Gate, incoming: Incoming): Promise<Verdict> {
  try {
    const asked = parse(incoming); //                              400  one canonical form of the path
    const held = await gate.grants.read(incoming.headers); //           which grants it brought
    refuseForeignOrigin({ ...incoming, bearer: held.bearer }, gate.origins); // 403  another site
    const credential = await choose(gate, incoming, asked, held); // 401, 403  who allows it: policy, bound VM
    refuseHalfConsole(asked); //                                   400  a console is a websocket
    refuseOutOfTouch(gate, asked, credential); //                  503  a grant, and what lasts, need a fresh watch
    await refuseRightless(gate, asked, credential); //             403  a user's console: Kubernetes is asked as her
    return { allow: true, asked, credential };
  } catch (error) {
    if (error instanceof Refusal) return { allow: false, refusal: error };
    throw error;
  }
}

function parse({ url, method, upgrade }: Incoming): Asked {
  const mark = url.indexOf('?');
  const canonical = canonicalPath(mark === -1 ? url : url.slice(0, mark));
  if (!canonical.ok) throw new Refusal(400, canonical.message, 'Correct the path and try again.');
  const path = canonical.path.slice('/k8s'.length);
  const query = mark === -1 ? '' : url.slice(mark + 1);
  const info = requestInfo(method, path, query);
  const target = consoleTarget(info);
  return {
    method,
    path,
    query,
    upgrade,
    watch: info.watch,
    ...(target === undefined ? {} : { console: target }),
  };
}

/** The first grant that allows it; else the signed-in user, whom Kubernetes judges; else the most telling reason. */
async function choose(gate: Gate, { headers }: Incoming, asked: Asked, held: PresentedGrants): Promise<Credential> {
  let denial: Refusal | undefined;
  for (const presented of held.grants) {
    const why = denialOf(gate, presented.grant, asked);
    if (why === undefined) return { kind: 'grant', presented };
    denial ??= why;
  }
  const user = held.bearer ? undefined : await gate.users?.fromCookies(headers.cookie);
  if (user !== undefined) return { kind: 'user', user };
  throw denial ?? mostTelling(held.faults)?.toRefusal() ?? nobody();
}

function nobody(): Refusal {
  return new Refusal(
    401,
    'The request brings no link and no sign-in.',
    'Open the link that you were sent, or sign in.',
  );
}

/** @returns why this grant does not allow it; undefined where it does */
function denialOf(gate: Gate, grant: ActiveGrant, asked: Asked): Refusal | undefined {
  const decision = decide(grant.policy, asked);
  if (!decision.allow)
    return new Refusal(403, decision.message, 'Ask the person who sent you the link for one that does.');
  return isReplaced(gate, grant) ? new GrantError('vm-replaced').toRefusal() : undefined;
}

/**
 * A grant for one VM is bound to its UID: a VM made anew under the same name is not reached by old links. One that is
 * gone is told by the cluster itself (404), or by the console (4004).
 */
function isReplaced(gate: Gate, { vm, vmUid }: ActiveGrant): boolean {
  if (vm === undefined || vmUid === undefined) return false;
  const uid = gate.vms.get(vm.namespace, vm.vm)?.uid;
  return uid !== undefined && uid !== vmUid;
}

/** KubeVirt cuts the viewer of a console even for a GET that is no websocket: such a one is never forwarded. */
function refuseHalfConsole({ console: target, upgrade }: Asked): void {
  if (target === undefined || upgrade) return;
  throw new Refusal(
    400,
    'A console is reached by a websocket only.',
    'Open the console page, or connect with a websocket client.',
  );
}

/**
 * Kubernetes judges what a user asks for, but the gateway acts for her before it forwards a console: it looks at the
 * VM, takes the console's Lease from somebody, writes a record. So it asks first.
 */
async function refuseRightless(gate: Gate, { console: target }: Asked, credential: Credential): Promise<void> {
  if (target !== undefined && credential.kind === 'user') await gate.rights.require(credential.user, target);
}

/** A revocation may have been missed. What a user asks for, and is answered at once, Kubernetes itself judges. */
function refuseOutOfTouch(gate: Gate, { upgrade }: Asked, { kind }: Credential): void {
  if (gate.inTouch() || (kind === 'user' && !upgrade)) return;
  throw outOfTouch();
}
