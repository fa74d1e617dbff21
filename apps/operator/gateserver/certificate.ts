import { rfc3339 } from '#libs/kube';
import { type TlsSecret } from '../cluster/tls-secret.js';
import { type Cause } from './cause.js';
import { type Gathered } from './gather.js';

/** Why browsers do not trust the certificate that others provide for the host name, or there is none; undefined if neither. */
export function certificateCause(gathered: Gathered, now: Date): Cause | undefined {
  const { certificate, settings } = gathered;
  if (!certificate) return undefined;
  const { secret, found } = certificate;
  const isMissing = !found || found.lacks.length > 0;
  const fault = faultOf(found, settings.route, now);
  if (fault === undefined) return undefined;
  const issuer = settings.tls?.['issuer-ref'];
  if (isMissing && issuer) return issuerCause(gathered, issuer.name);
  const reason = isMissing ? 'CertificateMissing' : 'CertificateInvalid';
  if (issuer) {
    const message = `spec.tls.issuer-ref: Secret ${secret} ${fault}. See "kubectl describe certificate -n ${gathered.namespace}".`;
    return { reason, message };
  }
  const command = `kubectl create secret tls ${secret} --cert=FILE --key=FILE -n ${gathered.namespace}`;
  const first = found ? 'Delete it and create it' : 'Create it';
  const message = `spec.tls.secret-name: Secret ${secret} ${fault}. ${first} with "${command}", or remove the field for a self-signed certificate.`;
  return { reason, message };
}

/** To follow the name of the Secret. */
function faultOf(found: TlsSecret | undefined, host: string, now: Date): string | undefined {
  if (!found) return 'does not exist';
  const { lacks, fault, certificate } = found;
  if (!certificate) return fault ?? `has no ${lacks.join(' and no ')}`;
  const { validFromDate: from, validToDate: to } = certificate;
  if (to <= now) return `holds a certificate that expired on ${rfc3339(to)}`;
  if (from > now) return `holds a certificate that is not valid before ${rfc3339(from)}`;
  // Browsers look at the alternative names alone (RFC 9110, section 4.3.4).
  if (certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined) return undefined;
  return `holds a certificate that is not for ${host}, the host of spec.route`;
}

function issuerCause({ groups, names, namespace }: Gathered, issuer: string): Cause {
  if (groups.includes('cert-manager.io')) {
    const message = `spec.tls.issuer-ref: cert-manager has not issued a certificate from ${issuer} into Secret ${names.tls} yet. If this persists, see "kubectl describe certificate -n ${namespace}".`;
    return { reason: 'CertificateMissing', message };
  }
  const message =
    'spec.tls.issuer-ref: cert-manager is not installed on this cluster (it serves no API group cert-manager.io). Install it, or use spec.tls.secret-name.';
  return { reason: 'CertManagerMissing', message };
}
