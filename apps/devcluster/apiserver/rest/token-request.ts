import { kindFields } from '../builtin/fields.js';
import { type BoundTo, ISSUER, type ServiceAccountTokens } from '../authn/service-accounts.js';
import { type Call, type Context, timestamp } from '../context.js';
import { fieldsOf, isFields, numberOf, textOf, textsOf } from '../fields.js';
import { cause, conflict, invalid, notFound } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { decodeObject } from './decode.js';

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const FIELDS = kindFields({ ...KIND, version: 'v1' });

/** POST serviceaccounts/NAME/token. */
export function requestToken(ctx: Context, call: Call, tokens: ServiceAccountTokens): Fields {
  const body = decodeObject({ ...call, def: { ...call.def, ...KIND, version: 'v1', fields: FIELDS } });
  const account = ctx.objects.get('', 'serviceaccounts', call.name, call.namespace);
  if (!account) throw notFound(call.def, call.name);
  const spec = fieldsOf(body['spec']);
  const seconds = numberOf(spec['expirationSeconds'], 3600);
  checkSeconds(seconds);
  const wanted = textsOf(spec['audiences']);
  const audiences = wanted.length ? wanted : [ISSUER];
  const bound = isFields(spec['boundObjectRef']) ? boundTo(ctx, call, spec['boundObjectRef'], account) : undefined;
  const { token, expires } = tokens.issue({
    namespace: call.namespace ?? '',
    account: { name: call.name, uid: account.metadata.uid },
    audiences,
    seconds,
    ...(bound ? { bound } : {}),
  });
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: call.name,
      namespace: call.namespace,
      uid: account.metadata.uid,
      creationTimestamp: timestamp(ctx.now()),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec['boundObjectRef'] ?? null },
    status: { token, expirationTimestamp: timestamp(expires) },
  };
}

function checkSeconds(seconds: number): void {
  const field = 'spec.expirationSeconds';
  if (seconds < MIN_SECONDS) {
    throw invalid(KIND, '', [cause.invalid(field, seconds, 'may not specify a duration less than 10 minutes')]);
  }
  if (seconds > MAX_SECONDS) {
    throw invalid(KIND, '', [cause.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]);
  }
}

const RESOURCES: Record<string, string> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

function boundTo(ctx: Context, call: Call, ref: Fields, account: KubeObject): BoundTo {
  const kind = textOf(ref['kind']);
  const resource = RESOURCES[kind];
  const name = textOf(ref['name']);
  if (!resource) throw invalid(KIND, '', [cause.unsupported('spec.boundObjectRef.kind', kind, Object.keys(RESOURCES))]);
  const found = ctx.objects.get('', resource, name, kind === 'Node' ? undefined : call.namespace);
  if (!found) throw notFound({ group: '', resource }, name);
  const { uid } = found.metadata;
  if (ref['uid'] && ref['uid'] !== uid) {
    const why = `the UID in the bound object reference (${textOf(ref['uid'])}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', resource }, name, why);
  }
  if (kind === 'Pod' && (found.spec?.['serviceAccountName'] ?? 'default') !== account.metadata.name) {
    const why = `cannot bind token for serviceaccount "${account.metadata.name}" to pod running with different serviceaccount name.`;
    throw invalid(KIND, '', [cause.invalid('spec.boundObjectRef.name', name, why)]);
  }
  return { kind: kind as BoundTo['kind'], name, uid };
}
