import { type IncomingHttpHeaders } from 'node:http';
import { type ApiRequest, type ConsoleTarget, decide, parseRequest } from '#libs/policy';
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

export type Authorization =
  | { readonly allow: true; readonly request: ApiRequest; readonly credential: Credential }
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
export async function authorize(gate: Gate, incoming: Incoming): Promise<Authorization> {
  try {
    const request = parse(incoming); //                            400  one canonical form of the path
    const held = await gate.grants.read(incoming.headers); //         which grants it brought
    refuseForeignOrigin({ ...incoming, bearer: held.bearer }, gate.origins); // 403  another site
    const credential = await choose(gate, incoming, request, held); // 401, 403  who allows it: policy, bound VM
    refuseHalfConsole(request); //                                 400  a console is a websocket
    refuseOutOfTouch(gate, request, credential); //                503  a grant, and what lasts, need a fresh watch
    await refuseRightless(gate, request, credential); //           403  a user's console: Kubernetes is asked as her
    return { allow: true, request, credential };
  } catch (error) {
    if (error instanceof Refusal) return { allow: false, refusal: error };
    throw error;
  }
}

/** Parsed here and nowhere else: what the grants are matched with is what is forwarded. */
function parse({ url, method, upgrade }: Incoming): ApiRequest {
  const [target = '', ...query] = url.split('?');
  const path = target.slice('/k8s'.length);
  if (path === '/') throw new Refusal(400, 'No API path was given.', 'Add one, for example /k8s/version.');
  const parsed = parseRequest(method, path, query.join('?'), upgrade);
  if (parsed.ok) return parsed.request;
  throw new Refusal(400, parsed.message, 'Correct the path and try again.');
}

/** The first grant that allows it; else the signed-in user, whom Kubernetes judges; else the most telling reason. */
async function choose(
  gate: Gate,
  { headers }: Incoming,
  request: ApiRequest,
  held: PresentedGrants,
): Promise<Credential> {
  let denial: Refusal | undefined;
  for (const presented of held.grants) {
    const why = denialOf(gate, presented.grant, request);
    if (why === undefined) return { kind: 'grant', presented };
    denial ??= why;
  }
  const user = held.bearer ? undefined : await gate.users?.fromCookies(headers.cookie);
  if (user !== undefined) return { kind: 'user', user };
  throw denial ?? mostTelling(held.faults)?.toRefusal() ?? nobody();
}

function nobody(): Refusal {
  return new Refusal(401, 'No link or sign-in was presented.', 'Open the link that you were sent, or sign in.');
}

/** @returns why this grant does not allow it; undefined where it does */
function denialOf(gate: Gate, grant: ActiveGrant, request: ApiRequest): Refusal | undefined {
  const decision = decide(grant.policy, request);
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
function refuseHalfConsole({ console: target, upgrade }: ApiRequest): void {
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
async function refuseRightless(gate: Gate, { console: target }: ApiRequest, credential: Credential): Promise<void> {
  if (target !== undefined && credential.kind === 'user') await gate.rights.require(credential.user, target);
}

/** A revocation may have been missed. What a user asks for, and is answered at once, Kubernetes itself judges. */
function refuseOutOfTouch(gate: Gate, { upgrade }: ApiRequest, { kind }: Credential): void {
  if (gate.inTouch() || (kind === 'user' && !upgrade)) return;
  throw outOfTouch();
}
