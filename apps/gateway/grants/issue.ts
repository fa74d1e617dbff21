import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { isKubeError, KubeError, types, type UserClient } from '#libs/kube';
import { type Clock } from '#libs/ops';
import { linkHash, newCode } from '#libs/token';
import { Refusal } from '../http/refusal.js';
import { createGateToken } from './create-gatetoken.js';

/** Whether a user may issue a grant, where no admission webhook answers that. */
export interface IssuerCheck {
  /**
   * @param isOwn whether the GateServer of this gateway signs it
   * @returns what is to be created instead. @throws Refusal where they may not
   */
  sealed(client: IssueOrder['client'], token: GateToken, isOwn: boolean): Promise<GateToken>;
}

export interface IssueOrder {
  /** The issuer's own client: Kubernetes judges whether they may. */
  client: Pick<UserClient, 'api' | 'create' | 'delete' | 'get' | 'request'>;
  namespace: string;
  /** Absent: a name is generated. */
  name?: string;
  issuance: IssuerCheck;
  /** The GateServer of this gateway signs it. */
  isOwn: boolean;
  /** Without hash and issuer. */
  spec: Omit<GateTokenSpec, 'link-hash' | 'issuer'>;
  /** `link`: a code whose hash alone is stored; `token`: the operator signs a JWT into status.token. */
  want: 'link' | 'token';
  /** Base of the link: the public URL of the namespace's GateServer. */
  publicUrl: string;
}

/** How long the operator may take, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** Generated names that are tried, as by the API server. */
const MOST_NAMES = 8;

type Wait = (ms: number) => Promise<void>;

/** `link` or `token` as ordered: answered once, never stored by the gateway. */
export interface IssuedGrant {
  gatetoken: GateToken;
  link?: string;
  token?: string;
}

/**
 * Creates a GateToken as the issuer, waits until the operator has made it Ready, answers with what opens it.
 * A refused grant is deleted: nobody knows its code, so it could never be used.
 * @throws KubeError as Kubernetes answered (403: not allowed, 422: which field); Refusal 403, 422 with the webhook's sentence,
 *   or its like; Refusal 422 with the condition's message when the operator refuses it; Refusal 504 when the operator does not answer in time
 */
export async function issue(order: IssueOrder, clock: Pick<Clock, 'now'>, wait = sleep): Promise<IssuedGrant> {
  const code = order.want === 'link' ? newCode() : undefined;
  const created = await create(order, code);
  const ready = await untilDecided(order, created, clock, wait).catch((error: unknown) =>
    takeBack(order, created, error),
  );
  if (code !== undefined) return { gatetoken: ready, link: `${order.publicUrl.replace(/\/$/, '')}/l#${code}` };
  return { gatetoken: ready, token: ready.status?.token ?? '' };
}

async function create(order: IssueOrder, code: string | undefined): Promise<GateToken> {
  const { client, isOwn } = order;
  const asked = toObject(order, code);
  for (let tries = 1; ; tries++) {
    const token = await order.issuance.sealed(client, asked, isOwn);
    try {
      return await createGateToken(client, token);
    } catch (error) {
      if (order.name !== undefined || !isTaken(error) || tries === MOST_NAMES) throw error;
    }
  }
}

const isTaken = (error: unknown): boolean => isKubeError(error, 409) && error.reason === 'AlreadyExists';

/** Deletes the GateToken as the issuer. If they may not, the refusal names the GateToken that remains. */
async function takeBack(order: IssueOrder, { metadata }: GateToken, error: unknown): Promise<never> {
  if (!(error instanceof Refusal)) throw error;
  const { name = '', uid } = metadata;
  try {
    await order.client.delete(types.gateTokens, name, order.namespace, uid === undefined ? {} : { uid });
  } catch (fault) {
    if (fault instanceof KubeError && fault.code === 404) throw error;
    throw error.with(`${error.message} GateToken ${name} still exists: you are not allowed to delete it.`);
  }
  throw error;
}

function toObject(order: IssueOrder, code: string | undefined): GateToken {
  const metadata = order.name === undefined ? { generateName: 'gatetoken-' } : { name: order.name };
  const hash = code === undefined ? {} : { 'link-hash': linkHash(code) };
  return {
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: { ...metadata, namespace: order.namespace },
    spec: { ...order.spec, ...hash },
  };
}

async function untilDecided(
  order: IssueOrder,
  created: GateToken,
  clock: Pick<Clock, 'now'>,
  wait: Wait,
): Promise<GateToken> {
  const deadline = clock.now() + TIMEOUT_MS;
  const name = created.metadata.name ?? '';
  for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
    const token = await read(order, name);
    if (decided(token, order.want)) return token;
    if (clock.now() >= deadline) throw tooLate(name, token);
    await wait(pause);
  }
}

async function read(order: IssueOrder, name: string): Promise<GateToken> {
  try {
    return await order.client.get<GateToken>(types.gateTokens, name, order.namespace);
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 403) throw error;
    throw new Refusal(
      403,
      'You can create GateTokens in this namespace but not read them, so the link cannot be shown.',
      'Ask an administrator to let you get gatetokens in this namespace.',
    );
  }
}

/** A window that begins in the future is Ready too: Pending means that something is still missing. */
function decided(token: GateToken, want: IssueOrder['want']): boolean {
  const { phase, data, token: jwt } = token.status ?? {};
  if (phase === 'Error' || phase === 'Expired' || phase === 'Revoked') throw refusedByOperator(token);
  const made = want === 'token' ? jwt !== undefined && jwt !== '' : data !== undefined;
  return made && phase === 'Ready';
}

function refusedByOperator(token: GateToken): Refusal {
  const why = token.status?.conditions?.find((one) => one.type === 'Ready')?.message;
  return new Refusal(
    422,
    `The link was not issued: ${why ?? `its phase is ${token.status?.phase ?? 'unknown'}`}`,
    'Correct this and issue it again.',
  );
}

function tooLate(name: string, token: GateToken): Refusal {
  const why = token.status?.conditions?.find((one) => one.type === 'Ready')?.message;
  const message = `GateToken ${name} did not become Ready in time${why === undefined ? '' : `: ${why}`}.`;
  return new Refusal(504, message, 'Check that the operator of kube-gateway is running, then try again.');
}

const sleep: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
