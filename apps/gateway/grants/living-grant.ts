import { type GateToken } from '#libs/api';
import { boundVm, type Grant, parseGrant } from '#libs/policy';

/** A grant as the gateway decides by it. Times are milliseconds since the epoch. */
export interface LivingGrant {
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
  /** False until the operator has signed it, and when it refuses it. */
  readonly signed: boolean;
  /** Nonce of the cookie that redeemed it. */
  readonly redeemedBy?: string;
  /** The one VM that it is for, and the UID to which it is bound. */
  readonly vm?: { readonly namespace: string; readonly vm: string };
  readonly vmUid?: string;
  readonly description?: string;
  readonly issuer?: string;
  /** False: a JWT of the original system, known by its signature alone. */
  readonly registered: boolean;
}

/** Compiled once for each version of the object that the informer holds. */
const compiled = new WeakMap<GateToken, LivingGrant>();

/**
 * @returns the grant that a GateToken describes, whatever its state: see `faultOf`
 * @throws GrantError of #libs/policy where the spec has no clear meaning
 */
export function toLivingGrant(token: GateToken): LivingGrant {
  const known = compiled.get(token);
  if (known !== undefined) return known;
  const grant = compile(token);
  compiled.set(token, grant);
  return grant;
}

function compile({ metadata, spec, status }: GateToken): LivingGrant {
  const namespace = metadata.namespace ?? '';
  const urls = spec.urls ?? [];
  const viewOnly = spec['view-only'] ?? false;
  const vm = spec.vm === undefined ? boundVm(urls) : { namespace, vm: spec.vm };
  const redeemedBy = status?.redeemed?.by;
  const vmUid = status?.['vm-uid'];
  return {
    uid: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace,
    nbf: (status?.data?.nbf ?? 0) * 1000,
    exp: (status?.data?.exp ?? 0) * 1000,
    urls,
    policy: parseGrant({ ...spec, viewOnly, namespace }),
    singleUse: spec['single-use'] ?? false,
    takeOver: spec['take-over'] ?? true,
    viewOnly,
    revoked: spec.revoked ?? false,
    signed: status?.data !== undefined && status.phase !== 'Error',
    registered: true,
    ...(redeemedBy === undefined ? {} : { redeemedBy }),
    ...(vm === undefined ? {} : { vm }),
    ...(vmUid === undefined ? {} : { vmUid }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.issuer === undefined ? {} : { issuer: spec.issuer.username }),
  };
}
