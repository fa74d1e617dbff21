import { createHash } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { unauthorized } from '../status.js';
import { type UserInfo } from '../types.js';
import { ISSUER, type ServiceAccountTokens } from './service-accounts.js';
import { type TokensFile } from './tokens-file.js';

export const AUTHENTICATED = 'system:authenticated';

const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
const BEARER_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/** Says who sends a request: bearer token, websocket subprotocol, client certificate, or nobody. */
export class Authenticator {
  readonly #file: TokensFile;
  readonly #accounts: ServiceAccountTokens;

  constructor(file: TokensFile, accounts: ServiceAccountTokens) {
    this.#file = file;
    this.#accounts = accounts;
  }

  /**
   * The user of a request. The credential is taken off the request, so that it can go nowhere else.
   * @throws ApiError 401 for a credential that is not good
   */
  authenticate(req: IncomingMessage): UserInfo {
    const certificate = certificateUser(req);
    if (certificate) {
      delete req.headers.authorization;
      return certificate;
    }
    const token = bearer(req) ?? protocolBearer(req);
    if (token === undefined) return ANONYMOUS;
    const found = this.token(token);
    if (!found) throw unauthorized();
    return found.user;
  }

  /** The user of a token for one of the audiences (default: this server), undefined where there is none. */
  token(token: string, audiences?: string[]): { user: UserInfo; audiences: string[] } | undefined {
    const known = this.#file.find(token);
    if (!known) return this.#accounts.authenticate(token, audiences);
    // These say nothing of an audience: they are for this server.
    if (audiences && !audiences.includes(ISSUER)) return undefined;
    return { user: { ...known, groups: [...new Set([...known.groups, AUTHENTICATED])] }, audiences: [ISSUER] };
  }
}

function bearer(req: IncomingMessage): string | undefined {
  const found = /^bearer +(.+)$/i.exec(req.headers.authorization ?? '');
  delete req.headers.authorization;
  return found?.[1]?.trim();
}

/** A browser cannot set headers on a websocket: it offers the token as a subprotocol beside the one that it means. */
function protocolBearer(req: IncomingMessage): string | undefined {
  const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const carrier = offered.find((name) => name.startsWith(BEARER_PROTOCOL));
  if (!carrier) return undefined;
  const others = offered.filter((name) => !name.startsWith(BEARER_PROTOCOL));
  if (others.length === 0) throw unauthorized();
  req.headers['sec-websocket-protocol'] = others.join(', ');
  return Buffer.from(carrier.slice(BEARER_PROTOCOL.length), 'base64url').toString('utf8');
}

/** By connection: a certificate is shown once, when it is opened. */
const shown = new WeakMap<TLSSocket, UserInfo | undefined>();

function certificateUser({ socket }: IncomingMessage): UserInfo | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!shown.has(socket)) shown.set(socket, userOfCertificate(socket));
  return shown.get(socket);
}

function userOfCertificate(socket: TLSSocket): UserInfo | undefined {
  const certificate = socket.getPeerCertificate();
  if (!certificate || Object.keys(certificate).length === 0) return undefined;
  if (!socket.authorized) throw unauthorized();
  const { CN, O = [] } = certificate.subject as unknown as { CN?: string; O?: string | string[] };
  if (!CN) return undefined;
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  return {
    username: String(CN),
    groups: [...(Array.isArray(O) ? O : [O]), AUTHENTICATED],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}
