import { randomUUID } from 'node:crypto';

import { at, fieldsOf, isFields, textOf, textsOf } from '../../fields.js';
import { type Fields, type ResourceDef } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { namespaceOf } from './match.js';

const REVIEW = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };

export interface Review extends Fields {
  request: Fields & { uid: string };
}

/** The AdmissionReview that asks about a request (k8s.io/api/admission/v1). */
export function reviewOf(request: AdmissionRequest): Review {
  const { def, subresource, name, operation, user, dryRun, object, old } = request;
  const namespace = namespaceOf(request);
  const kind = kindOf(def);
  const resource = { group: def.group, version: def.version, resource: def.resource };
  return {
    ...REVIEW,
    request: {
      uid: randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...(subresource ? { subResource: subresource, requestSubResource: subresource } : {}),
      ...(name ? { name } : {}),
      ...(namespace ? { namespace } : {}),
      operation,
      userInfo: userInfo(user),
      object: object ?? null,
      oldObject: old ?? null,
      dryRun,
    },
  };
}

const kindOf = ({ group, version, kind }: Pick<ResourceDef, 'group' | 'version' | 'kind'>): Fields => ({
  group,
  version,
  kind,
});

function userInfo({ username, uid, groups, extra }: AdmissionRequest['user']): Fields {
  return {
    username,
    ...(uid ? { uid } : {}),
    groups,
    ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

export interface ReviewOutcome {
  allowed: boolean;
  /** A metav1.Status, where the webhook gave one. */
  status: Fields;
  warnings: string[];
  /** Operations of a JSON patch; empty where the webhook changes nothing. */
  patch: Fields[];
}

/**
 * What a webhook answered.
 * @throws Error that says what is wrong with the answer
 */
export function verdictOf(answer: unknown, { request }: Review): ReviewOutcome {
  const { apiVersion, kind } = fieldsOf(answer);
  if (apiVersion !== REVIEW.apiVersion || kind !== REVIEW.kind) {
    throw new Error(`expected an AdmissionReview of ${REVIEW.apiVersion}`);
  }
  const response = fieldsOf(at(answer, 'response'));
  if (response['uid'] !== request.uid) throw new Error('response.uid is not the uid of the request');
  return {
    allowed: response['allowed'] === true,
    status: fieldsOf(response['status']),
    warnings: textsOf(response['warnings']),
    patch: patchOf(response),
  };
}

function patchOf({ patch, patchType }: Fields): Fields[] {
  if (!patch) return [];
  if (patchType !== 'JSONPatch') throw new Error('response.patchType must be JSONPatch');
  const operations = JSON.parse(Buffer.from(textOf(patch), 'base64').toString('utf8')) as unknown;
  if (Array.isArray(operations) && operations.every(isFields)) return operations;
  throw new Error('response.patch must be a list of JSON patch operations');
}
