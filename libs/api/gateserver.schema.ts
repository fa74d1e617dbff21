import { conditions } from './conditions.schema.js';
import { type GateServerSpec, type GateServerStatus } from './gateserver.js';
import { ADDRESS } from './names.js';
import {
  count,
  duration,
  flag,
  HOST_NAME,
  instant,
  list,
  matches,
  matching,
  namespaceName,
  objectName,
  type Schema,
  type SchemaOf,
  secretDataKey,
  text,
} from './schema.js';

/** 0 to 65535, the ports that a URL can have. */
const PORT_NUMBER = '([0-9]{1,4}|[1-5][0-9]{4}|6([0-4][0-9]{3}|5([0-4][0-9]{2}|5([0-2][0-9]|3[0-5]))))';
const PORT = `(:${PORT_NUMBER})?`;
const HOST = '([a-z0-9]([-a-z0-9.]*[a-z0-9])?|\\[[0-9a-f:.]+\\])';
const LOOPBACK = '(([a-z0-9]([-a-z0-9.]*[a-z0-9])?\\.)?localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])';
const PATH = '(/[^\\s?#"\']*)?';

/** https everywhere, http on loopback only: what is sent there gives access. */
const ORIGIN = `^(https://${HOST}|http://${LOOPBACK})${PORT}$`;
const API_URL = `^(https://${HOST}|http://${LOOPBACK})${PORT}${PATH}$`;
/** A source of the content security policy: nothing in it may begin another directive. */
const FRAME_SOURCE = `^https?://(\\*\\.)?${HOST}(:(${PORT_NUMBER}|\\*))?$`;

/** Each new key is another public one in force for a while: a short life makes many, and guards no better. */
export const KEY_ROTATION_LEAST = '1h';

const exposure: Pick<SchemaOf<GateServerSpec>, 'expose' | 'ingress-class' | 'gateway-ref' | 'tls' | 'trusted-hops'> = {
  expose: {
    type: 'string',
    description:
      'How browsers reach the gateway. auto: a Route if the cluster has them, otherwise an HTTPRoute if gateway-ref is set, otherwise an Ingress.',
    default: 'auto',
    enum: ['auto', 'route', 'ingress', 'httproute', 'loadbalancer', 'nodeport', 'none'],
  },
  'ingress-class': objectName(
    'spec.ingress-class',
    'Class of the Ingress. Defaults to the default class of the cluster.',
    'an IngressClass',
    'nginx',
  ),
  'gateway-ref': {
    type: 'object',
    description: 'The Gateway (gateway.networking.k8s.io) to attach an HTTPRoute to.',
    required: ['name'],
    properties: {
      name: objectName('spec.gateway-ref.name', 'Name of the Gateway.', 'a Gateway', 'my-gateway'),
      namespace: namespaceName('spec.gateway-ref.namespace', "Namespace of the Gateway; absent: this GateServer's."),
      'section-name': objectName(
        'spec.gateway-ref.section-name',
        'Listener of the Gateway. Defaults to all that match.',
        "one of the Gateway's listeners",
        'https',
      ),
    },
  },
  tls: {
    type: 'object',
    description: 'The certificate of the route. Defaults to a self-signed certificate that the operator creates.',
    properties: {
      'secret-name': objectName(
        'spec.tls.secret-name',
        'Secret of type kubernetes.io/tls in this namespace.',
        'a Secret',
        'my-certificate',
      ),
      'issuer-ref': {
        type: 'object',
        description: 'The cert-manager issuer to request the certificate from.',
        required: ['name'],
        properties: {
          name: objectName('spec.tls.issuer-ref.name', 'Name of the issuer.', 'an issuer', 'letsencrypt'),
          kind: text('Issuer or ClusterIssuer. Defaults to Issuer.', 63),
          group: objectName(
            'spec.tls.issuer-ref.group',
            'API group of the issuer. Defaults to cert-manager.io.',
            'an API group',
            'cert-manager.io',
          ),
        },
      },
    },
    'x-kubernetes-validations': [
      {
        rule: '!has(self.secret__dash__name) || !has(self.issuer__dash__ref)',
        message: 'spec.tls: set either secret-name or issuer-ref, not both',
      },
    ],
  },
  'trusted-hops': count(
    'How many entries of X-Forwarded-For to trust; from 1 on, X-Forwarded-Host and X-Forwarded-Proto are trusted, too. Defaults to 1 behind a Route, Ingress or HTTPRoute, otherwise to 0.',
    0,
    16,
  ),
};

const lifetimes: Pick<
  SchemaOf<GateServerSpec>,
  'issuer-recheck' | 'key-rotation' | 'max-duration' | 'idle-timeout' | 'drain-time' | 'token-retention'
> = {
  'issuer-recheck': duration(
    'spec.issuer-recheck',
    '0s',
    '30s or 5m',
    "How often the issuer's own rights are checked again while a console is open, and at redeem and open. 0s: only when issued.",
    '60s',
  ),
  'key-rotation': duration(
    'spec.key-rotation',
    KEY_ROTATION_LEAST,
    '36h or 720h',
    'Age at which the signing key is replaced. The old public key stays active until the last token that it signed has expired.',
    '720h',
  ),
  'max-duration': duration(
    'spec.max-duration',
    '1s',
    '30m, 8h or 720h',
    'Maximum duration of new grants. Those that were issued before stay valid when it is lowered.',
    '24h',
  ),
  'idle-timeout': duration(
    'spec.idle-timeout',
    '0s',
    '90s, 15m or 1h30m',
    'How long a console can stay open without input. 0s: no limit.',
    '0s',
  ),
  'drain-time': duration(
    'spec.drain-time',
    '0s',
    '30s or 2m',
    'How long a gateway waits for open requests when it shuts down.',
    '30s',
  ),
  'token-retention': duration(
    'spec.token-retention',
    '0s',
    '24h or 168h',
    'How long to keep ended GateTokens and GateSessions.',
    '168h',
  ),
};

const oidc: Schema = {
  type: 'object',
  description: 'Sign-in to the dashboard with OpenID Connect.',
  required: ['issuer-url', 'client-id', 'client-secret-ref'],
  properties: {
    'issuer-url': text(
      'URL of the issuer, https.',
      2048,
      matching(
        `^https://${HOST}${PORT}${PATH}$`,
        'spec.oidc.issuer-url must be an https URL such as https://login.example.com',
      ),
    ),
    'client-id': text('Client ID of the gateway at the issuer.', 256, { minLength: 1 }),
    'client-secret-ref': {
      type: 'object',
      description: 'The Secret in this namespace that contains the client secret.',
      required: ['name'],
      properties: {
        name: objectName('spec.oidc.client-secret-ref.name', 'Name of the Secret.', 'a Secret', 'my-oidc-client'),
        key: secretDataKey('spec.oidc.client-secret-ref.key', 'Key in its data.', 'client-secret'),
      },
    },
    scopes: list(
      'Scopes to request.',
      16,
      text(
        'A scope.',
        128,
        matching('^[!#-\\[\\]-~]+$', 'spec.oidc.scopes must be scopes, one an entry without spaces, such as openid'),
      ),
      { default: ['openid', 'profile', 'email', 'groups'] },
    ),
  },
};

const properties: SchemaOf<GateServerSpec> = {
  route: text('Host name of the gateway: a DNS name with at least three labels.', 253, {
    'x-kubernetes-validations': [
      {
        rule: `${matches(HOST_NAME)} && !${matches(ADDRESS)}`,
        message:
          'spec.route must be a DNS name with at least three labels, such as gate.apps.example.com, not an IP address',
      },
    ],
  }),
  img: text(
    "Image of the gateway. Defaults to the operator's release.",
    512,
    matching('^[^\\s]+$', 'spec.img must be an image without spaces, such as registry.example.com/kube-gateway:1.0'),
  ),
  'api-url': text(
    "The API server that the gateway talks to. The default means the one of the pod's own environment. http:// only on loopback.",
    2048,
    {
      default: 'https://kubernetes.default.svc',
      ...matching(
        API_URL,
        'spec.api-url must be a URL with a port of at most 65535, such as https://10.0.0.1:6443; http:// is allowed only for loopback',
      ),
    },
  ),
  'admin-role': {
    type: 'string',
    description: 'What the guest account can do. reader: get, list, watch. admin: also create, delete, patch, update.',
    default: 'reader',
    enum: ['reader', 'admin'],
  },
  'admin-resources': text(
    'Comma-separated resources that the guest account can access. Empty: the KubeVirt kinds with their vnc and console subresources, pods, services and events. *: all namespaced resources. Secrets, tokens, roles and the kinds of this group are never included.',
    4096,
    {
      default: '',
      ...matching(
        '^[-a-z0-9./*, ]*$',
        'spec.admin-resources must be resources separated by commas, such as pods, virtualmachines.kubevirt.io, or * for all',
      ),
    },
  ),
  'public-urls': list(
    'URLs at which browsers reach the gateway, without a path. The first is the base of links; all are allowed origins. http:// is allowed only for loopback. Defaults to https://ROUTE.',
    16,
    text(
      'scheme://host or scheme://host:port',
      300,
      matching(
        ORIGIN,
        'spec.public-urls must be URLs without a path and with ports of at most 65535, such as https://gate.example.com:8443; http:// is allowed only for loopback',
      ),
    ),
    { minItems: 1 },
  ),
  replicas: count('Number of gateway replicas.', 0, 100, 2),
  ...exposure,
  ...lifetimes,
  'max-consoles': count('Maximum number of open consoles per gateway replica.', 1, 100_000, 1000),
  'store-tokens': flag(
    'Sign a JWT for each GateToken without link-hash, and keep it in status.token, where everyone who can read GateTokens can use it. false: such GateTokens are refused, and those that were signed before are revoked.',
    true,
  ),
  'accept-unregistered': flag(
    'Also accept JWTs that were signed by the same key but belong to no GateToken, as in the original system. They cannot be revoked individually.',
    false,
  ),
  'frame-ancestors': list(
    'Sites that can embed the console in a frame: its pages and the links that lead to them, no other page.',
    32,
    text(
      'scheme://host, scheme://*.host',
      300,
      matching(
        FRAME_SOURCE,
        'spec.frame-ancestors must be sites such as https://portal.example.com or https://*.example.com',
      ),
    ),
  ),
  'web-app': text(
    'URL of a web application to serve at / instead of the dashboard.',
    2048,
    matching(`^https?://${HOST}${PORT}${PATH}$`, 'spec.web-app must be a URL such as https://app.example.com/'),
  ),
  oidc,
};

export const gateServerSpecSchema: Schema = {
  type: 'object',
  description: 'One gateway for the virtual machines of one namespace.',
  required: ['route'],
  properties,
  'x-kubernetes-validations': [
    {
      rule: "!has(self.expose) || self.expose != 'httproute' || has(self.gateway__dash__ref)",
      message: 'spec.gateway-ref is required if spec.expose is httproute, such as gateway-ref: {name: my-gateway}',
    },
  ],
};

export const gateServerStatusSchema: Schema = {
  type: 'object',
  description: 'Status of the gateway, written by the operator.',
  properties: {
    phase: { type: 'string', description: 'Summary of the status.', enum: ['Ready', 'Progressing', 'Error'] },
    conditions,
    'observed-generation': {
      type: 'integer',
      format: 'int64',
      description: 'The metadata.generation that this status describes.',
    },
    url: { type: 'string', description: 'The first public URL.' },
    route: {
      type: 'string',
      description: 'The host name that this GateServer holds. No other GateServer can use it until it is released.',
    },
    'secret-name': { type: 'string', description: 'The Secret that contains the signing key.' },
    keys: {
      type: 'array',
      description: 'The active signing keys, newest first.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        required: ['kid', 'created'],
        properties: {
          kid: { type: 'string', description: 'Thumbprint of the public key (RFC 7638).' },
          created: instant('When the key was created.'),
          retires: instant('When the last token that it signed expires. Absent while the key still signs.'),
        },
      },
    },
    'ready-replicas': { type: 'integer', format: 'int32', description: 'Number of gateway replicas that are ready.' },
  } satisfies SchemaOf<GateServerStatus>,
};
