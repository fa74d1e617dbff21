import { conditions } from './conditions.schema.js';
import { type GateServerSpec, type GateServerStatus } from './gateserver.js';
import {
  count,
  DNS_LABEL,
  DNS_NAME,
  duration,
  durationFrom,
  flag,
  HOST_NAME,
  instant,
  list,
  positiveDuration,
  type Schema,
  type SchemaOf,
  text,
} from './schema.js';

const PORT = '(:[0-9]{1,5})?';
const HOST = '([a-z0-9]([-a-z0-9.]*[a-z0-9])?|\\[[0-9a-f:.]+\\])';
const LOOPBACK = '(([a-z0-9]([-a-z0-9.]*[a-z0-9])?\\.)?localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])';
const PATH = '(/[^\\s?#"\']*)?';

/** https everywhere, http on loopback only: what is sent there gives access. */
const ORIGIN = `^(https://${HOST}|http://${LOOPBACK})${PORT}$`;
const API_URL = `^(https://${HOST}|http://${LOOPBACK})${PORT}${PATH}$`;
/** A source of the content security policy: nothing in it may begin another directive. */
const FRAME_SOURCE = `^https?://(\\*\\.)?${HOST}(:([0-9]{1,5}|\\*))?$`;

/** Each new key is another public one in force for a while: a short life makes many, and guards no better. */
export const KEY_ROTATION_LEAST = '1h';

const name = (description: string) => text(description, 253, { pattern: DNS_NAME });
const label = (description: string) => text(description, 63, { pattern: DNS_LABEL });

const exposure: Pick<SchemaOf<GateServerSpec>, 'expose' | 'ingress-class' | 'gateway-ref' | 'tls' | 'trusted-hops'> = {
  expose: {
    type: 'string',
    description:
      'How browsers reach the gateway. auto: a Route where the cluster has them, else an HTTPRoute where gateway-ref is set, else an Ingress.',
    default: 'auto',
    enum: ['auto', 'route', 'ingress', 'httproute', 'loadbalancer', 'nodeport', 'none'],
  },
  'ingress-class': name('Class of the Ingress; absent: the default class of the cluster.'),
  'gateway-ref': {
    type: 'object',
    description: 'The Gateway (gateway.networking.k8s.io) to which an HTTPRoute is attached.',
    required: ['name'],
    properties: {
      name: name('Name of the Gateway.'),
      namespace: label("Namespace of the Gateway; absent: this GateServer's."),
      'section-name': name('Listener of the Gateway; absent: all that fit.'),
    },
  },
  tls: {
    type: 'object',
    description: 'The certificate of the route. Absent: the operator makes one that it signs itself.',
    properties: {
      'secret-name': name('Secret of type kubernetes.io/tls in this namespace.'),
      'issuer-ref': {
        type: 'object',
        description: 'The issuer of cert-manager that is asked for the certificate.',
        required: ['name'],
        properties: {
          name: name('Name of the issuer.'),
          kind: text('Issuer or ClusterIssuer; absent: Issuer.', 63),
          group: name('API group of the issuer; absent: cert-manager.io.'),
        },
      },
    },
    'x-kubernetes-validations': [
      {
        rule: '!has(self.secret__dash__name) || !has(self.issuer__dash__ref)',
        message: 'spec.tls: secret-name and issuer-ref exclude each other',
      },
    ],
  },
  'trusted-hops': count(
    'How many entries of X-Forwarded-For are believed. Absent: 1 behind a Route, Ingress or HTTPRoute, else 0.',
    0,
    16,
  ),
};

const lifetimes: Pick<
  SchemaOf<GateServerSpec>,
  'issuer-recheck' | 'key-rotation' | 'max-duration' | 'idle-timeout' | 'drain-time' | 'token-retention'
> = {
  'issuer-recheck': duration(
    "How often the issuer's own rights are checked again while a console is open, and at redeem and open. 0s: only when issued.",
    '60s',
  ),
  'key-rotation': durationFrom(
    KEY_ROTATION_LEAST,
    'spec.key-rotation',
    'Age at which a new signing key is made. The old public key stays in force until the last token that it signed has ended.',
    '720h',
  ),
  'max-duration': positiveDuration('spec.max-duration', 'The longest token that may be issued.', '24h'),
  'idle-timeout': duration('A console without input ends after this. 0s: never.', '0s'),
  'drain-time': duration('How long a gateway that is being stopped waits for requests in flight.', '30s'),
  'token-retention': duration('Ended GateTokens and GateSessions are deleted after this.', '168h'),
};

const oidc: Schema = {
  type: 'object',
  description: 'Sign-in of the dashboard by OpenID Connect.',
  required: ['issuer-url', 'client-id', 'client-secret-ref'],
  properties: {
    'issuer-url': text('URL of the issuer, https.', 2048, { pattern: `^https://${HOST}${PORT}${PATH}$` }),
    'client-id': text('Client id of the gateway at the issuer.', 256, { minLength: 1 }),
    'client-secret-ref': {
      type: 'object',
      description: 'The Secret of this namespace that holds the client secret.',
      required: ['name'],
      properties: {
        name: name('Name of the Secret.'),
        key: text('Key in its data.', 253, { default: 'client-secret', pattern: '^[-._a-zA-Z0-9]+$' }),
      },
    },
    scopes: list('Scopes that are asked for.', 16, text('A scope.', 128, { pattern: '^[!#-\\[\\]-~]+$' }), {
      default: ['openid', 'profile', 'email', 'groups'],
    }),
  },
};

const properties: SchemaOf<GateServerSpec> = {
  route: text('Host name of the gateway: a DNS name with at least three labels.', 253, { pattern: HOST_NAME }),
  img: text("Image of the gateway. Absent: the operator's own release.", 512, { pattern: '^[^\\s]+$' }),
  'api-url': text(
    "The API server that the gateway talks to. The default means the one of the pod's own environment. http:// only on loopback.",
    2048,
    { default: 'https://kubernetes.default.svc', pattern: API_URL },
  ),
  'admin-role': {
    type: 'string',
    description: 'What the guest account may do. reader: get, list, watch; admin: also create, delete, patch, update.',
    default: 'reader',
    enum: ['reader', 'admin'],
  },
  'admin-resources': text(
    'Comma-separated resources of the guest account. Empty: the KubeVirt kinds and their vnc and console subresources, pods, services, events. *: all namespaced resources. Never secrets, tokens, roles or the objects of this group.',
    4096,
    { default: '', pattern: '^[-a-z0-9./*, ]*$' },
  ),
  'public-urls': list(
    'URLs under which browsers reach the gateway, without a path. The first is the base of links; all are allowed origins. http:// only on loopback. Absent: https://ROUTE.',
    16,
    text('scheme://host or scheme://host:port', 300, { pattern: ORIGIN }),
    { minItems: 1 },
  ),
  replicas: count('Number of gateways.', 0, 100, 2),
  ...exposure,
  ...lifetimes,
  'max-consoles': count('Live consoles that one gateway holds.', 1, 100_000, 1000),
  'accept-unregistered': flag(
    'Also accept a JWT signed by the same key that belongs to no GateToken, as the original system made them. Such a token cannot be revoked alone.',
    false,
  ),
  'frame-ancestors': list(
    'Sites that may embed the console in a frame.',
    32,
    text('scheme://host, scheme://*.host', 300, { pattern: FRAME_SOURCE }),
  ),
  'web-app': text('URL of a web application that is served at / instead of the dashboard.', 2048, {
    pattern: `^https?://${HOST}${PORT}${PATH}$`,
  }),
  oidc,
};

export const gateServerSpec: Schema = {
  type: 'object',
  description: 'One gateway for the virtual machines of one namespace.',
  required: ['route'],
  properties,
  'x-kubernetes-validations': [
    {
      rule: "!has(self.expose) || self.expose != 'httproute' || has(self.gateway__dash__ref)",
      message: 'spec.gateway-ref: required where spec.expose is httproute',
    },
  ],
};

export const gateServerStatus: Schema = {
  type: 'object',
  description: 'What the operator observed.',
  properties: {
    phase: { type: 'string', description: 'All in one word.', enum: ['Ready', 'Progressing', 'Error'] },
    conditions,
    'observed-generation': {
      type: 'integer',
      format: 'int64',
      description: 'metadata.generation of the spec that was looked at.',
    },
    url: { type: 'string', description: 'The first public URL.' },
    route: { type: 'string', description: 'The host name that it holds: nobody else gets it until it is given up.' },
    'secret-name': { type: 'string', description: 'The Secret that holds the signing key.' },
    keys: {
      type: 'array',
      description: 'The signing keys in force, newest first.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        required: ['kid', 'created'],
        properties: {
          kid: { type: 'string', description: 'Thumbprint of the public key (RFC 7638).' },
          created: instant('When the key was made.'),
          retires: instant('When the last token that it signed ends; absent: it still signs.'),
        },
      },
    },
    'ready-replicas': { type: 'integer', format: 'int32', description: 'Gateways that are ready.' },
  } satisfies SchemaOf<GateServerStatus>,
};
