import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { at, fieldsOf, isFields, listOf, numberOf, textOf } from '../fields.js';
import { type Fields, type ObjectAccess, type UserInfo } from '../types.js';

/** Who issues the tokens, and the audience that is this server. */
export const ISSUER = 'https://kubernetes.default.svc';

/** The pod that a token is bound to beside its account: it ends with the pod. */
export interface BoundTo {
  name: string;
  uid: string;
}

export interface TokenSpec {
  namespace: string;
  account: { name: string; uid: string };
  audiences: string[];
  seconds: number;
  bound?: BoundTo;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Issues and checks the tokens of service accounts (RS256). */
export class ServiceAccountTokens {
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  readonly #kid: string;
  readonly #objects: ObjectAccess;
  readonly #now: () => Date;
  /** Claims of tokens whose signature was found good; whether their account lives is asked each time. */
  readonly #verified = new Map<string, Fields>();

  constructor(pem: string, objects: ObjectAccess, now: () => Date) {
    this.#private = createPrivateKey(pem);
    this.#public = createPublicKey(this.#private);
    this.#kid = createHash('sha256')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
    this.#objects = objects;
    this.#now = now;
  }

  issue({ namespace, account, audiences, seconds, bound }: TokenSpec): { token: string; expires: Date } {
    const iat = Math.floor(this.#now().getTime() / 1000);
    const exp = iat + seconds;
    const claims = {
      aud: audiences,
      exp,
      iat,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(bound ? { pod: bound } : {}),
        serviceaccount: { name: account.name, uid: account.uid },
      },
      nbf: iat,
      sub: `system:serviceaccount:${namespace}:${account.name}`,
    };
    const signed = `${encode({ alg: 'RS256', kid: this.#kid })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), this.#private).toString('base64url');
    return { token: `${signed}.${signature}`, expires: new Date(exp * 1000) };
  }

  /** The user of a token, undefined where it is not ours, has expired, or its account or pod is gone. */
  authenticate(token: string, audiences: string[] = [ISSUER]): { user: UserInfo; audiences: string[] } | undefined {
    const claims = this.#verified.get(token) ?? this.#verify(token);
    if (!claims || !this.#alive(claims)) return undefined;
    const matched = listOf(claims['aud']).filter((aud): aud is string => audiences.includes(textOf(aud)));
    if (matched.length === 0) return undefined;
    return { user: userOf(claims), audiences: matched };
  }

  #verify(token: string): Fields | undefined {
    const [head = '', body = '', signature = '', ...more] = token.split('.');
    if (!signature || more.length) return undefined;
    const header = parsed(head);
    if (header?.['alg'] !== 'RS256' || header['kid'] !== this.#kid) return undefined;
    const good = verify('sha256', Buffer.from(`${head}.${body}`), this.#public, Buffer.from(signature, 'base64url'));
    const claims = good ? parsed(body) : undefined;
    if (!claims || claims['iss'] !== ISSUER) return undefined;
    if (this.#verified.size > 1_000) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  #alive(claims: Fields): boolean {
    const now = this.#now().getTime() / 1000;
    if (numberOf(claims['exp']) <= now || numberOf(claims['nbf']) > now + 5) return false;
    const namespace = textOf(at(claims, 'kubernetes.io', 'namespace'));
    const exists = (resource: string, ref: unknown, scope?: string): boolean => {
      const found = this.#objects.get('', resource, textOf(at(ref, 'name')), scope);
      return found !== undefined && found.metadata.uid === at(ref, 'uid') && !goneFor(found.metadata, now);
    };
    const private_ = fieldsOf(claims['kubernetes.io']);
    if (!exists('serviceaccounts', private_['serviceaccount'], namespace)) return false;
    return !private_['pod'] || exists('pods', private_['pod'], namespace);
  }
}

/** Objects on their way out keep their tokens for a minute, so that pods can end in order. */
const goneFor = (metadata: { deletionTimestamp?: string }, now: number): boolean =>
  metadata.deletionTimestamp !== undefined && now > Date.parse(metadata.deletionTimestamp) / 1000 + 60;

function userOf(claims: Fields): UserInfo {
  const private_ = fieldsOf(claims['kubernetes.io']);
  const namespace = textOf(private_['namespace']);
  const pod = private_['pod'];
  const extra: Record<string, string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${textOf(claims['jti'])}`],
  };
  if (isFields(pod)) {
    extra['authentication.kubernetes.io/pod-name'] = [textOf(pod['name'])];
    extra['authentication.kubernetes.io/pod-uid'] = [textOf(pod['uid'])];
  }
  return {
    username: textOf(claims['sub']),
    uid: textOf(at(private_, 'serviceaccount', 'uid')),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra,
  };
}

function parsed(part: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
