import { type KeyObject } from 'node:crypto';
import {
  ENFORCED,
  type GateServer,
  type GateTokenData,
  gateTokenDefaults,
  type GateTokenSettings,
  type GateToken,
} from '#libs/api';
import { grantOf, type Grant, PolicyError, rights, startFault } from '#libs/policy';
import { type Claims, formatDuration, isApproved, parseDuration, type SecretKey, type SigningKey } from '#libs/token';
import { faultOf } from '../gateserver/check.js';
import { namesOf } from '../cluster/names.js';
import { settingsOf, urlsOf } from '../gateserver/servers.js';
import { retiredKeys } from '../keys/retired.js';
import { type Gathered } from './gather.js';
import { Problem } from './problem.js';
import { checkSeal } from './provenance.js';
import { reachFault } from './reach.js';
import { signingKeyOf, signerOf, type Signer } from './signer.js';
import { dataOf, type Window, windowOf } from './window.js';

/** What should become of a token. `end` is the last second of its window. */
export type Decision =
  | { phase: 'Error' | 'Pending'; reason: string; message: string; end?: number }
  | { phase: 'Expired' | 'Revoked'; reason: string; message: string; data?: GateTokenData; end?: number }
  | {
      phase: 'Ready';
      grant: Grant;
      data: GateTokenData;
      end: number;
      vmUid: string | undefined;
      /** Name of its GateServer, and the base of its links. */
      server: string;
      url: string;
      /** By which its gateway knows that this was decided. */
      gatewayKey: SecretKey;
      signing?: Signing;
    };

/** A JWT to be made; absent for links, which leave nothing usable in the cluster. */
export interface Signing {
  claims: Claims;
  key: SigningKey;
  /** Public keys in force: a token that one of them signed may stay. */
  keys: KeyObject[];
  /** URLs of the gateway: a token that says one of them as its issuer may stay. */
  issuers: string[];
  /** Until the gateway can read the key, nothing is signed with it. */
  isPublished: boolean;
}

/** The checks in their order; the first that finds a problem decides. @param now milliseconds */
export function decisionOf(gathered: Gathered, now: number): Decision {
  const { token } = gathered;
  const settings = gateTokenDefaults(token.spec);
  let window: Window | undefined;
  try {
    const grant = parsedGrant(token);
    window = timeOf(token, settings);
    const data = dataOf(window, settings, grant.urls);
    const ended = endedOf(token, data, now);
    if (ended) return { ...ended, data, end: data.exp };
    checkEnforced(settings);
    checkSeal(gathered);
    const signer = signerOf(token, gathered.servers, gathered.secretOf);
    const taken = takenBackOf(token, signer);
    if (taken) return { ...taken, data, end: data.exp };
    const gatewayKey = gathered.gatewayKeyOf(signer.server);
    if (!isIssued(token, gatewayKey)) checkNew(token, grant, window, signer);
    checkGatewayKey(gatewayKey, signer);
    const signing = signingOf(gathered, settings, signer, data);
    const vmUid = bindingOf(gathered);
    const [url = ''] = urlsOf(signer.server);
    const { name: server = '' } = signer.server.metadata;
    return {
      phase: 'Ready',
      grant,
      data,
      end: data.exp,
      vmUid,
      server,
      url,
      gatewayKey,
      ...(signing ? { signing } : {}),
    };
  } catch (error) {
    return refusal(error, token, window);
  }
}

function refusal(error: unknown, token: GateToken, window: Window | undefined): Decision {
  if (!(error instanceof Problem)) throw error;
  const end = window ? { end: window.exp } : {};
  const ended = revokedOf(token);
  if (ended) return { ...ended, ...end };
  return { phase: error.awaited ? 'Pending' : 'Error', reason: error.reason, message: error.message, ...end };
}

const REVOKED = { reason: 'Revoked', message: 'The token was revoked: spec.revoked is true.' };

function endedOf(token: GateToken, { exp, until }: GateTokenData, now: number) {
  const revoked = revokedOf(token);
  if (revoked || now < exp * 1000) return revoked;
  return { phase: 'Expired' as const, reason: 'Expired', message: `The token expired at ${until}.` };
}

/** What was taken back says so for good: the CRD lets nobody write anything else. */
function revokedOf(token: GateToken) {
  return takenBackBefore(token) ?? (token.spec.revoked ? { phase: 'Revoked' as const, ...REVOKED } : undefined);
}

/** Its JWT is in backups still: it stays revoked when tokens are stored again. */
function takenBackBefore({ status }: GateToken) {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (status?.phase !== 'Revoked' || ready?.reason !== NOT_STORED) return undefined;
  return { phase: 'Revoked' as const, reason: NOT_STORED, message: ready.message };
}

const NOT_STORED = 'TokensNotStored';

/**
 * Where no token is stored: one that was given out before is revoked.
 * @throws Problem for one that was not: no JWT is made of it
 */
function takenBackOf({ spec, status }: GateToken, { server }: Signer) {
  if (spec['link-hash'] !== undefined || settingsOf(server)['store-tokens']) return undefined;
  const { name } = server.metadata;
  const why = '(its spec.store-tokens is false)';
  if (status?.['gate-server'] !== undefined) {
    const message = `The token was revoked and removed from the status, because GateServer ${name} no longer stores tokens ${why}. Create a GateToken with spec.link-hash instead.`;
    return { phase: 'Revoked' as const, reason: NOT_STORED, message };
  }
  const message = `GateServer ${name} stores no tokens ${why}.`;
  const link = `Create a GateToken with spec.link-hash instead, the base64url SHA-256 of a random code: its link is ${urlsOf(server)[0]}/l#CODE.`;
  throw new Problem(NOT_STORED, `${message} ${link}`);
}

function parsedGrant({ metadata, spec }: GateToken): Grant {
  return orInvalid(() => grantOf(metadata.namespace ?? '', spec));
}

function orInvalid<T>(decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (error instanceof PolicyError) throw new Problem('InvalidGrant', `spec.${error.message}`);
    throw error;
  }
}

function timeOf(token: GateToken, settings: GateTokenSettings): Window {
  try {
    return windowOf(token, settings);
  } catch (error) {
    if (error instanceof RangeError) throw new Problem('InvalidWindow', error.message);
    throw error;
  }
}

/** Never wider than written: what the gateway cannot enforce yet is not given out. */
function checkEnforced(settings: GateTokenSettings): void {
  const asked = {
    'single-use': settings['single-use'],
    'view-only': settings['view-only'],
    'take-over': !settings['take-over'],
  };
  for (const [field, used] of Object.entries(asked) as [keyof typeof asked, boolean][]) {
    if (!used || ENFORCED.gatetoken.has(field)) continue;
    throw new Problem('NotEnforced', `spec.${field} is not enforced by this release yet: remove it.`);
  }
}

/**
 * What is already issued stays valid when the rules for what may be issued change. The approval says that it is: others
 * than the operator may be able to write a phase.
 */
const isIssued = (token: GateToken, key: SecretKey | undefined): boolean => key !== undefined && isApproved(key, token);

function checkNew(token: GateToken, grant: Grant, window: Window, { server }: Signer): void {
  checkReach(grant);
  orInvalid(() => rights(grant)); // Nobody was asked whether its creator has them.
  checkServer(server);
  checkDuration(window, server);
  const late = startFault(window.nbf * 1000, Date.parse(token.metadata.creationTimestamp ?? ''));
  if (late !== undefined) throw new Problem('InvalidWindow', late);
}

function checkReach({ urls }: Grant): void {
  const fault = reachFault(urls);
  if (fault !== undefined) throw new Problem('InvalidGrant', fault);
}

/**
 * Where the gateway or its guests may be wider than its GateServer says (a field that is not enforced, an account that
 * belongs to another owner), nothing new is issued.
 */
function checkServer(server: GateServer): void {
  const fault = faultOfServer(server);
  if (fault === undefined) return;
  const message = `GateServer ${server.metadata.name} is in error and issues nothing new: ${fault}`;
  throw new Problem('GateServerNotReady', message, true);
}

function faultOfServer(server: GateServer): string | undefined {
  const told = faultOf(server)?.message;
  return told ?? (server.status?.phase === 'Error' ? 'see its conditions.' : undefined);
}

function checkDuration({ durationMs }: Window, server: GateServer): void {
  const longest = parseDuration(settingsOf(server)['max-duration']);
  if (durationMs <= longest) return;
  const asked = formatDuration(durationMs);
  const message = `spec.duration is ${asked}, but GateServer ${server.metadata.name} allows at most ${formatDuration(longest)}`;
  throw new Problem('DurationTooLong', `${message} (its spec.max-duration): use a shorter duration.`);
}

function signingOf(
  { token, secretOf, publishedBy }: Gathered,
  settings: GateTokenSettings,
  { server, secretName }: Signer,
  data: GateTokenData,
): Signing | undefined {
  if (token.spec['link-hash'] !== undefined) return undefined;
  const secret = secretOf(secretName);
  const key = signingKeyOf(secret, secretName, settings['secret-file']);
  const keys = [key.publicKey, ...retiredKeys(secret).map(({ publicKey }) => publicKey)];
  const { name, namespace, uid = '' } = token.metadata;
  const { exp, nbf, urls, verbs } = data;
  const issuers = urlsOf(server);
  const [iss = ''] = issuers;
  const claims: Claims = { URLs: urls, verbs, exp, nbf, jti: uid, iss, sub: `${namespace}/${name}` };
  return { claims, key, keys, issuers, isPublished: publishedBy(server).has(key.kid) };
}

/** What becomes of a token whose key its gateway cannot read yet. */
export function unpublished({ server, end }: Decision & { phase: 'Ready' }): Decision {
  const message = `GateServer ${server} is publishing its signing key. The token is signed when that is done; if it does not happen, see the conditions of the GateServer.`;
  return { phase: 'Pending', reason: 'KeyNotPublished', message, end };
}

function checkGatewayKey(key: SecretKey | undefined, { server }: Signer): asserts key is SecretKey {
  if (key !== undefined) return;
  const { name = '' } = server.metadata;
  const message = `GateServer ${name} has no Secret ${namesOf(name).session} yet. The token is signed once it has one; if that does not happen, see the conditions of the GateServer.`;
  throw new Problem('GateServerNotReady', message, true);
}

/** The UID of the VM that the token is for, set once: a VM recreated under the same name is a different one. */
function bindingOf({ token, vm }: Gathered): string | undefined {
  const bound = token.status?.['vm-uid'];
  if (!vm) return undefined;
  if (bound !== undefined && bound !== vm.uid) {
    const what = vm.uid === undefined ? 'no longer exists' : 'was deleted and recreated';
    const message = `Virtual machine ${vm.name}, which this token was issued for, ${what}: issue a new token.`;
    throw new Problem('VirtualMachineReplaced', message);
  }
  if (vm.uid === undefined && token.spec.vm !== undefined) {
    const message = `Virtual machine ${vm.name} does not exist in namespace "${vm.namespace}": create it, or name a different one.`;
    throw new Problem('VirtualMachineNotFound', message);
  }
  return vm.uid;
}
