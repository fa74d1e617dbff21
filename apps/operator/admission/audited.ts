import { type GateServer, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { auditedGrant, type AuditEvent } from '#libs/ops';
import { changedFields } from '../ops/changed-fields.js';
import { type AdmissionRequest, type Verdict } from './review.js';

/**
 * What the audit log tells of a request: who was denied a grant, who revoked one, and who created or changed a GateServer.
 * Nothing of a dry run.
 */
export function auditedOf(request: AdmissionRequest<GateToken | GateServer>, verdict: Verdict): AuditEvent | undefined {
  if (request.dryRun === true) return undefined;
  return isOfToken(request) ? ofToken(request, verdict) : ofServer(request as AdmissionRequest<GateServer>, verdict);
}

function ofToken(request: AdmissionRequest<GateToken>, verdict: Verdict): AuditEvent | undefined {
  const { operation, namespace, userInfo, object } = request;
  const who = { user: userInfo.username };
  const name = object.metadata.name ?? object.metadata.generateName;
  const what = { resource: 'gatetokens', namespace, name };
  if (operation === 'CREATE') {
    if (verdict.allowed) return undefined;
    return {
      audit: 'issue',
      ...refused(verdict),
      who,
      what: { verb: 'create', ...what },
      grant: auditedGrant(object.spec),
    };
  }
  if (!verdict.allowed || !isRevoked(request)) return undefined;
  return { audit: 'revoke', outcome: 'allowed', who, what: { verb: 'patch', ...what } };
}

function ofServer(request: AdmissionRequest<GateServer>, verdict: Verdict): AuditEvent | undefined {
  const { operation, namespace, userInfo, object, oldObject } = request;
  const fields = oldObject && changedFields(oldObject, object);
  if (fields?.length === 0 && verdict.allowed) return undefined;
  const name = object.metadata.name ?? object.metadata.generateName;
  const verb = operation === 'CREATE' ? 'create' : 'update';
  return {
    audit: 'configure',
    ...(verdict.allowed ? { outcome: 'allowed' as const } : refused(verdict)),
    who: { user: userInfo.username },
    what: { verb, resource: types.gateServers.resource, namespace, name },
    ...(fields && { fields }),
  };
}

const refused = ({ code, reason: rule, message: why }: Exclude<Verdict, { allowed: true }>) => ({
  outcome: 'refused' as const,
  ...{ code, rule, why },
});

const isOfToken = (request: AdmissionRequest<GateToken | GateServer>): request is AdmissionRequest<GateToken> =>
  request.resource.resource === types.gateTokens.resource;

const isRevoked = ({ object, oldObject }: AdmissionRequest<GateToken>): boolean =>
  object.spec.revoked === true && oldObject?.spec.revoked !== true;
