import { kindFields } from '../builtin/fields.js';
import { type BoundTo, ISSUER, type ServiceAccountTokens } from '../authn/service-accounts.js';
import { type Call, type Context, timestamp } from '../context.js';
import { fieldsOf, isFields, numberOf, textOf, textsOf } from '../fields.js';
import { cause, conflict, invalid, notFound } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { decodeObject } from './decode.js';

const MIN_SECONDS = 600;
const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const FIELDS = kindFields({ ...KIND, version: 'v1' });

/** POST serviceaccounts/NAME/token. */
export function requestToken(ctx: Context, call: Call, tokens: ServiceAccountTokens): Fields {
  const body = decodeObject({ ...call, def: { ...call.def, ...KIND, version: 'v1', fields: FIELDS } });
  const account = ctx.objects.get('', 'serviceaccounts', call.name, call.namespace);
  if (!account) throw notFound(call.def, call.name);
  const spec = fieldsOf(body['spec']);
  const seconds = numberOf(spec['expirationSeconds'], 3600);
  if (seconds < MIN_SECONDS) {
    const fault = cause.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes');
    throw invalid(KIND, '', [fault]);
  }
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

/** The pod that the token ends with: the node asks for such tokens. @throws ApiError 404, 409, 422 */
function boundTo(ctx: Context, call: Call, { kind, name, uid }: Fields, account: KubeObject): BoundTo {
  if (kind !== 'Pod') throw invalid(KIND, '', [cause.unsupported('spec.boundObjectRef.kind', kind, ['Pod'])]);
  const pods = { group: '', resource: 'pods' };
  const pod = ctx.objects.get('', 'pods', textOf(name), call.namespace);
  if (!pod) throw notFound(pods, textOf(name));
  if (uid && uid !== pod.metadata.uid) {
    throw conflict(pods, pod.metadata.name, `the pod has the uid ${pod.metadata.uid}, not ${textOf(uid)}`);
  }
  if ((pod.spec?.['serviceAccountName'] ?? 'default') !== account.metadata.name) {
    const why = `the pod does not run as the service account "${account.metadata.name}"`;
    throw invalid(KIND, '', [cause.invalid('spec.boundObjectRef.name', name, why)]);
  }
  return { name: pod.metadata.name, uid: pod.metadata.uid };
}
