import { randomUUID } from 'node:crypto';

import { at, fieldsOf, isFields, textOf, textsOf } from '../../fields.js';
import { apiVersionOf } from '../../registry.js';
import { present, toStorage } from '../../rest/convert.js';
import { type Fields, type KubeObject, type ResourceDef } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { namespaceOf } from './match.js';

export const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** The `request` of an AdmissionReview. `def` is the version in which the webhook wants the objects. */
export function reviewRequest(request: AdmissionRequest, def: ResourceDef): Fields {
  const { subresource, name, operation, user, dryRun, options } = request;
  const sub = subresource ? { subResource: subresource } : {};
  const namespace = namespaceOf(request);
  return {
    uid: randomUUID(),
    kind: kindOf(request, def),
    resource: resourceOf(def),
    ...sub,
    requestKind: kindOf(request, request.def),
    requestResource: resourceOf(request.def),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: userInfo(user),
    object: asVersion(request, request.object, def) ?? null,
    oldObject: asVersion(request, request.old, def) ?? null,
    dryRun,
    options,
  };
}

const kindOf = ({ kind }: AdmissionRequest, def: ResourceDef): Fields => {
  const { group, version, kind: name } = kind ?? def;
  return { group, version, kind: name };
};

const resourceOf = ({ group, version, resource }: ResourceDef): Fields => ({ group, version, resource });

function userInfo({ username, uid, groups, extra }: AdmissionRequest['user']): Fields {
  return {
    username,
    ...(uid ? { uid } : {}),
    groups,
    ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** The request's object in another version of its kind. */
export function asVersion(
  request: AdmissionRequest,
  object: KubeObject | undefined,
  def: ResourceDef,
): KubeObject | undefined {
  if (!object || request.kind || def === request.def) return object;
  return present(def, toStorage(request.def, structuredClone(object)));
}

/** An object that a webhook changed, back in the version of the request. */
export function fromVersion(request: AdmissionRequest, object: KubeObject, def: ResourceDef): KubeObject {
  return def === request.def ? object : present(request.def, toStorage(def, object));
}

export interface Verdict {
  allowed: boolean;
  /** A metav1.Status, where the webhook gave one. */
  status: Fields | undefined;
  warnings: string[];
  /** JSONPatch, decoded. */
  patch: string;
  patchType: string;
}

/**
 * What a webhook answered, checked as Kubernetes does.
 * @param version of the AdmissionReview that was sent
 * @throws Error in the words that stand behind "failed calling webhook ..."
 */
export function verdictOf(answer: unknown, { uid, version, mutating }: Expected): Verdict {
  const apiVersion = `admission.k8s.io/${version}`;
  const response = at(answer, 'response');
  if (!isFields(response)) throw new Error('webhook response was absent');
  if (version === 'v1') checkV1(fieldsOf(answer), response, uid, apiVersion, mutating);
  const patch = Buffer.from(textOf(response['patch']), 'base64').toString('utf8');
  const status = response['status'];
  return {
    allowed: response['allowed'] === true,
    status: isFields(status) ? status : undefined,
    warnings: textsOf(response['warnings']),
    patch: mutating ? patch : '',
    patchType: textOf(response['patchType']) || (patch && version === 'v1beta1' ? 'JSONPatch' : ''),
  };
}

export interface Expected {
  uid: string;
  version: string;
  mutating: boolean;
}

function checkV1(answer: Fields, response: Fields, uid: string, apiVersion: string, mutating: boolean): void {
  const quote = JSON.stringify;
  const given = textOf(response['uid']);
  if (given !== uid) throw new Error(`expected response.uid=${quote(uid)}, got ${quote(given)}`);
  if (answer['apiVersion'] !== apiVersion || answer['kind'] !== 'AdmissionReview') {
    const found = `${textOf(answer['apiVersion'])}, Kind=${textOf(answer['kind'])}`;
    throw new Error(`expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${found}`);
  }
  const patch = textOf(response['patch']) !== '';
  const type = response['patchType'] ?? undefined;
  if (!mutating) {
    if (patch) throw new Error('validating webhook may not return response.patch');
    if (type !== undefined) throw new Error('validating webhook may not return response.patchType');
  } else if (patch && type === undefined) {
    throw new Error('webhook returned response.patch but not response.patchType');
  } else if (!patch && type !== undefined) {
    throw new Error('webhook returned response.patchType but not response.patch');
  } else if (type === '') throw new Error('webhook returned invalid response.patchType of ""');
}

/** The whole review as it is sent. */
export const reviewOf = (version: string, request: Fields): Fields => ({
  kind: 'AdmissionReview',
  apiVersion: apiVersionOf({ group: 'admission.k8s.io', version }),
  request,
});
