import { type GateServer, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { type AuditEvent } from '#libs/ops';
import { type AdmissionRequest, type Verdict } from './review.js';

/** What the audit log tells of a request: who was denied a grant, and who revoked one. Nothing of a dry run. */
export function auditedOf(request: AdmissionRequest<GateToken | GateServer>, verdict: Verdict): AuditEvent | undefined {
  if (request.dryRun === true || !isOfToken(request)) return undefined;
  const { operation, namespace, userInfo, object } = request;
  const who = { user: userInfo.username };
  const name = object.metadata.name ?? object.metadata.generateName;
  const what = { resource: 'gatetokens', namespace, name };
  if (operation === 'CREATE') {
    if (verdict.allowed) return undefined;
    const { code, reason: rule, message: why } = verdict;
    return { audit: 'issue', outcome: 'refused', code, who, what: { verb: 'create', ...what }, rule, why };
  }
  if (!verdict.allowed || !isRevoked(request)) return undefined;
  return { audit: 'revoke', outcome: 'allowed', who, what: { verb: 'patch', ...what } };
}

const isOfToken = (request: AdmissionRequest<GateToken | GateServer>): request is AdmissionRequest<GateToken> =>
  request.resource.resource === types.gateTokens.resource;

const isRevoked = ({ object, oldObject }: AdmissionRequest<GateToken>): boolean =>
  object.spec.revoked === true && oldObject?.spec.revoked !== true;
