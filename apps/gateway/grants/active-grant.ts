import { type GateToken, gateTokenDefaults, type GateTokenSpec } from '#libs/api';
import { boundVm, type Grant, parseGrant } from '#libs/policy';
import { isApproved, kidOf, parseDuration, type SecretKey } from '#libs/token';

/** A grant as the gateway decides by it. Times are milliseconds since the epoch. */
export interface ActiveGrant {
  /** UID of the GateToken; of an unregistered JWT a name derived from its hash. */
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly nbf: number;
  readonly exp: number;
  readonly urls: readonly string[];
  readonly policy: Grant;
  readonly singleUse: boolean;
  readonly takeOver: boolean;
  readonly viewOnly: boolean;
  readonly revoked: boolean;
  /** False until the operator has approved it as it is: write access to its status does not make it so. */
  readonly signed: boolean;
  /** The operator refuses it: its condition Ready says why. */
  readonly refused: boolean;
  /** The operator refuses it because of its VM: that is gone or another one, or was never there. */
  readonly vmFault?: 'vm-replaced' | 'vm-missing';
  /** Nonce of the cookie that redeemed it. */
  readonly redeemedBy?: string;
  /** The one VM that it is for, and the UID to which it is bound. */
  readonly vm?: { readonly namespace: string; readonly vm: string };
  readonly vmUid?: string;
  readonly description?: string;
  /** Who issued it, where that is proven. */
  readonly issuer?: Issuer;
  /** Id of the key that signed the JWT that the operator made of it; absent where it made none, as for a link. */
  readonly kid?: string;
  /** Reached by the code of a link alone: no JWT is made of it. */
  readonly linked: boolean;
  /** False: a JWT of the original system, known by its signature alone. */
  readonly registered: boolean;
}

/** A user as Kubernetes knows them. */
export type Issuer = Omit<NonNullable<GateTokenSpec['issuer']>, 'seal'>;

/** @returns its name for the log and for records: `namespace/name`, or what stands for the hash of an unregistered JWT */
export function labelOf({ registered, namespace, name, uid }: ActiveGrant): string {
  return registered ? `${namespace}/${name}` : uid;
}

/** Compiled once for each version of the object that the informer holds. */
const compiled = new WeakMap<GateToken, ActiveGrant>();

/**
 * @param key that this gateway shares with the operator
 * @returns the grant that a GateToken describes, whatever its state: see `grantFault`
 * @throws PolicyError of #libs/policy where the spec has no clear meaning
 */
export function toActiveGrant(token: GateToken, key: SecretKey): ActiveGrant {
  const known = compiled.get(token);
  if (known !== undefined) return known;
  const grant = compile(token, key);
  compiled.set(token, grant);
  return grant;
}

function compile(token: GateToken, key: SecretKey): ActiveGrant {
  const { metadata, spec, status } = token;
  const namespace = metadata.namespace ?? '';
  const urls = spec.urls ?? [];
  const viewOnly = spec['view-only'] ?? false;
  const vm = spec.vm === undefined ? boundVm(urls) : { namespace, vm: spec.vm };
  const redeemedBy = status?.redeemed?.by;
  const vmUid = status?.['vm-uid'];
  const vmFault = vmFaultOf(status);
  const signed = status?.data !== undefined && isApproved(key, token);
  const issuer = signed ? provenIssuer(token) : undefined;
  const kid = keyIdOf(token);
  return {
    uid: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace,
    ...validityOf(token),
    urls,
    policy: parseGrant({ ...spec, viewOnly, namespace }),
    singleUse: spec['single-use'] ?? false,
    takeOver: spec['take-over'] ?? true,
    viewOnly,
    revoked: isRevoked(token),
    signed,
    refused: status?.phase === 'Error',
    registered: true,
    linked: spec['link-hash'] !== undefined,
    ...(kid === undefined ? {} : { kid }),
    ...(redeemedBy === undefined ? {} : { redeemedBy }),
    ...(vm === undefined ? {} : { vm }),
    ...(vmUid === undefined ? {} : { vmUid }),
    ...(vmFault === undefined ? {} : { vmFault }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}

/**
 * By a person, or by the operator where the GateServer stores no tokens any more. A deleted one stays as long as a
 * finalizer holds it, and its creator can add one.
 */
export const isRevoked = ({ metadata, spec, status }: GateToken): boolean =>
  spec.revoked === true || status?.phase === 'Revoked' || metadata.deletionTimestamp !== undefined;

/** The operator says whose seal is good; what else is known of them is in the spec. */
function provenIssuer({ spec, status }: GateToken): Issuer | undefined {
  if (status?.issuer === undefined || spec.issuer?.username !== status.issuer) return undefined;
  const { seal: _, ...issuer } = spec.issuer;
  return issuer;
}

/** Id of the key that signed a token; undefined where there is none. */
export const keyIdOf = ({ status }: GateToken): string | undefined => kidOf(status?.token ?? '');

type Validity = Pick<ActiveGrant, 'nbf' | 'exp'>;

/** @returns what the operator's condition Ready says of the VM of a token that it refuses */
export function vmFaultOf(status: GateToken['status']): ActiveGrant['vmFault'] {
  if (status?.phase !== 'Error') return undefined;
  const reason = status.conditions?.find(({ type }) => type === 'Ready')?.reason;
  if (reason === 'VirtualMachineReplaced') return 'vm-replaced';
  return reason === 'VirtualMachineNotFound' ? 'vm-missing' : undefined;
}

/** Of a token that the operator refuses no window is written: then it is the one that was asked for. */
function validityOf({ metadata, spec, status }: GateToken): Validity {
  if (status?.data !== undefined) return { nbf: status.data.nbf * 1000, exp: status.data.exp * 1000 };
  const nbf = Date.parse(spec.from ?? metadata.creationTimestamp ?? '') || 0;
  return { nbf, exp: nbf + lengthOf(gateTokenDefaults(spec).duration) };
}

/** An invalid duration counts as none: the operator says so in a condition. */
function lengthOf(duration: string): number {
  try {
    return parseDuration(duration);
  } catch {
    return 0;
  }
}
