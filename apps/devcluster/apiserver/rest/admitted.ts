import { type AdmissionRequest } from '../admission/index.js';
import { type Call, isDryRun } from '../context.js';
import { isFields } from '../fields.js';
import { type Fields } from '../types.js';
import { decodeBody } from './decode.js';

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** What admission learns of any call. A patch counts as the update or the create that it comes to. */
export function admitted(
  call: Call,
  operation: AdmissionRequest['operation'],
): Omit<AdmissionRequest, 'name' | 'object' | 'old' | 'namespace'> & { namespace: string | undefined } {
  const kind = { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1' };
  return {
    operation,
    def: call.def,
    subresource: call.subresource,
    namespace: call.namespace,
    user: call.user,
    dryRun: isDryRun(call),
    options: { ...kind, ...(operation === 'DELETE' ? deleteFields(call) : writeFields(call)) },
    warn: call.warn,
    own: call.own,
  };
}

function writeFields(call: Call): Fields {
  const manager = call.query.get('fieldManager');
  const validation = call.query.get('fieldValidation');
  return {
    ...(isDryRun(call) ? { dryRun: ['All'] } : {}),
    ...(manager ? { fieldManager: manager } : {}),
    ...(validation ? { fieldValidation: validation } : {}),
  };
}

/** The body's fields, or else those of the query. */
function deleteFields(call: Call): Fields {
  const body = call.body.length ? decodeBody(call) : {};
  if (isFields(body) && Object.keys(body).length > 0) {
    const { apiVersion: _version, kind: _kind, ...options } = body;
    return options;
  }
  const grace = call.query.get('gracePeriodSeconds');
  const policy = call.query.get('propagationPolicy');
  return {
    ...(grace ? { gracePeriodSeconds: Number(grace) } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(isDryRun(call) ? { dryRun: ['All'] } : {}),
  };
}
