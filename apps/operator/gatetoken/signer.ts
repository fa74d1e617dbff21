import { type GateServer, type GateToken, jwtSecretOf, SIGNING_KEY } from '#libs/api';
import { secretKeys, SecretKeyError, type SigningKey } from '#libs/token';
import { isSigningKey } from '../cluster/labels.js';
import { type SecretObject } from '../cluster/manifest.js';
import { Problem } from './problem.js';

/** The gateway that a token opens, and the name of the Secret that signs it. */
export interface Signer {
  server: GateServer;
  secretName: string;
}

/**
 * The gateway and the secret of a token: a GateServer's own secret, or one that is annotated as a signing key, of the
 * token's own namespace alone. Anything else would let the writer of a token have things signed with keys of others.
 * @param servers of the token's namespace
 * @throws Problem
 */
export function signerOf(token: GateToken, servers: readonly GateServer[], secretOf: SecretOf): Signer {
  const { namespace = '' } = token.metadata;
  const { 'secret-name': name, 'secret-namespace': elsewhere } = token.spec;
  if (elsewhere !== undefined && elsewhere !== namespace) {
    const message = `spec.secret-namespace is "${elsewhere}": only Secrets of the token's own namespace "${namespace}" can sign it.`;
    throw new Problem('ForeignNamespace', `${message} Remove the field.`);
  }
  // Another GateServer may have come since it was given out.
  const present = servers.find(({ metadata }) => metadata.name === token.status?.['gate-server']);
  if (name === undefined) {
    const server = present ?? only(servers, token);
    return { server, secretName: ownSecret(server) };
  }
  const owner = servers.find((server) => isSecretOf(server, name));
  if (owner) return { server: owner, secretName: ownSecret(owner) };
  const named = secretOf(name);
  if (!named || !isSigningKey(named)) throw foreign(name, token, servers);
  const server = present ?? only(servers, token);
  return { server, secretName: name };
}

export type SecretOf = (name: string) => SecretObject | undefined;

/** The name is what the operator will give it, also while the GateServer is still being made. */
function isSecretOf({ metadata, status }: GateServer, name: string): boolean {
  return status?.['secret-name'] === name || (!status?.['secret-name'] && jwtSecretOf(metadata.name ?? '') === name);
}

function ownSecret({ metadata, status }: GateServer): string {
  const name = status?.['secret-name'];
  if (name !== undefined) return name;
  const message = `GateServer ${metadata.name} has no signing key yet. The token is signed once it has one; if that does not happen, see the conditions of the GateServer.`;
  throw new Problem('GateServerNotReady', message, true);
}

function only(servers: readonly GateServer[], token: GateToken): GateServer {
  const { namespace = '' } = token.metadata;
  const [server, another] = servers;
  if (!server) {
    throw new Problem(
      'NoGateServer',
      `Namespace "${namespace}" has no GateServer: create one.${revival(token, servers)}`,
    );
  }
  if (!another) return server;
  const names = servers.map(({ metadata }) => metadata.name).join(', ');
  const known = secretsOf(servers) || 'see their status.secret-name';
  const message = `Namespace "${namespace}" has several GateServers (${names}): set spec.secret-name to the Secret of one of them: ${known}.`;
  throw new Problem('AmbiguousGateServer', message);
}

const secretsOf = (servers: readonly GateServer[]): string =>
  servers.flatMap(({ status }) => status?.['secret-name'] ?? []).join(', ');

/** A token outlives its GateServer: the next one signs it again, and its link works again. */
function revival({ status }: GateToken, servers: readonly GateServer[]): string {
  const issuer = status?.['gate-server'];
  if (issuer === undefined || servers.some(({ metadata }) => metadata.name === issuer)) return '';
  return ` GateServer ${issuer}, which issued this token, was deleted. A new GateServer makes the token Ready again until it expires: revoke or delete the token to prevent that.`;
}

function foreign(name: string, token: GateToken, servers: readonly GateServer[]): Problem {
  const { namespace = '' } = token.metadata;
  const known = secretsOf(servers);
  const use = known ? `use ${known}, or ` : '';
  const message = `spec.secret-name is "${name}", which is not a signing key of namespace "${namespace}"`;
  return new Problem(
    'ForeignSecret',
    `${message}: ${use}annotate that Secret with ${SIGNING_KEY}=true.${revival(token, servers)}`,
  );
}

const parsed = new WeakMap<SecretObject, Map<string, SigningKey | SecretKeyError>>();

/** The key of a secret, parsed once for each version of it. @throws Problem */
export function signingKeyOf(secret: SecretObject | undefined, name: string, file: string): SigningKey {
  // Without data: it is gone, and the watch that shows all Secrets has not said so yet.
  if (!secret?.data) {
    const message = `Secret "${name}" does not exist. The operator creates it with a new key and then signs the token; if it does not, see the conditions of the GateServer.`;
    throw new Problem('KeyNotPublished', message, true);
  }
  const keys = parsed.get(secret) ?? new Map<string, SigningKey | SecretKeyError>();
  parsed.set(secret, keys);
  const key = keys.get(file) ?? parse(secret, file);
  keys.set(file, key);
  if (key instanceof SecretKeyError) throw new Problem('BadKey', `Secret "${name}": ${key.message}`);
  return key;
}

function parse(secret: SecretObject, file: string): SigningKey | SecretKeyError {
  try {
    return secretKeys(secret.data, file);
  } catch (error) {
    if (error instanceof SecretKeyError) return error;
    throw error;
  }
}
