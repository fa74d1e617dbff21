import { conditions } from './conditions.schema.js';
import { MAX_SUBDOMAIN } from './names.js';
import { type GateTokenSpec, type GateTokenStatus } from './gatetoken.js';
import {
  duration,
  flag,
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
  type Validation,
} from './schema.js';

/** What a path must not hold. Asked of paths alone: what is none is told so by one sentence, not by several. */
const without = (pattern: string, message: string): Validation => ({
  rule: `!self.startsWith('/') || !${matches(pattern)}`,
  message,
});

/**
 * A path in its canonical form (libs/policy/canonical-path.ts), or `*` alone; a `*` at the end. Kubernetes bounds what a
 * rule may cost by the length of its expressions times that of all paths: four short rules are within it, one long rule
 * would not be.
 */
const url = text('An API path.', 2048, {
  'x-kubernetes-validations': [
    {
      rule: matches("^([*]|/[-\\w.~!$&'()+,=:@%/]*[*]?)$"),
      message:
        'spec.urls must be API paths without a query, such as /api/v1/namespaces/my-namespace/pods; a * is allowed only at the end, such as /api/v1/*',
    },
    without(
      '//|/[.][.]?(/|[*]?$)|./$',
      'spec.urls: a path must not contain //, /./ or /../ and must not end with /: write /api/v1/pods, not /api//v1/pods/',
    ),
    without(
      '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)',
      'spec.urls: a % must be followed by two hexadecimal digits, such as %20 for a space',
    ),
    without(
      '%([01]|2[5DEFdef]|3[0-9Bb]|[46][1-9A-Fa-f]|5[0-9ACFacf]|7[0-9AEFaef])',
      'spec.urls: a path must not percent-encode characters that do not need it, or a slash, backslash, semicolon or %: write /my-pod, not /my%2Dpod',
    ),
  ],
});

const VERB = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(anyCase).join('|');

/** `[Gg][Ee][Tt]`: not every reader of patterns knows a flag for it. */
function anyCase(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}

const issuer: Schema = {
  type: 'object',
  description:
    'Who created this object. Written by the admission webhook or the gateway; any other value is ignored. status.issuer names the user once the seal is verified.',
  required: ['username'],
  properties: {
    username: text('User name, as the API server knows it.', 1024),
    uid: text('UID of the user.', 1024),
    groups: list('Groups of the user.', 1000, text('A group.', 1024)),
    extra: {
      type: 'object',
      description: 'Extra attributes of the user.',
      maxProperties: 64,
      additionalProperties: list('Values of one attribute.', 64, text('A value.', 2048)),
    },
    seal: text('HMAC over the namespace, the name, the spec and the time. Proves who wrote this field.', 128),
  },
};

const DAY = '((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))';
const LEAP_DAY = '([2-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[3579][26])00)-02-29';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?([Zz]|[-+]([01][0-9]|2[0-3]):[0-5][0-9])';
/**
 * An RFC 3339 time that exists, so early that the longest grant ends before the year 10000, which RFC 3339 cannot write.
 * Without the format `date-time`, whose values CEL would have to read at each change of the status.
 */
const INSTANT = `^(([2-8][0-9]{3}|9[0-6][0-9]{2})-${DAY}|${LEAP_DAY})[Tt]${TIME}$`;

const properties: SchemaOf<GateTokenSpec> = {
  urls: list(
    'Kubernetes API paths that the grant allows, in addition to the consoles of vm if both are set. Each starts with / (or is just *) and has no query. A trailing * matches any suffix. At most 65536 characters in all.',
    500,
    url,
    {
      minItems: 1,
      // As checkIssuable in libs/policy. CEL has join in every version, and sums only in some.
      'x-kubernetes-validations': [
        {
          rule: "self.join('').size() <= 65536",
          message: 'spec.urls: at most 65536 characters in all: use fewer or shorter paths, such as /api/v1/*',
        },
      ],
    },
  ),
  vm: objectName(
    'spec.vm',
    'Name of a virtual machine. Grants access to its vnc and console subresources, in addition to urls if both are set.',
    'a virtual machine',
    'my-vm',
  ),
  from: text(
    'When the grant becomes valid, in RFC 3339 format. At most 366 days after the creation. Defaults to the creation time.',
    64,
    matching(INSTANT, 'spec.from must be an RFC 3339 time in the years 2000 to 9699, such as 2030-01-31T12:00:00Z'),
  ),
  duration: duration('spec.duration', '1s', '90s, 30m or 1h30m', 'How long the grant is valid.', '1h'),
  verbs: list(
    'HTTP methods that the grant allows, case-insensitive. GET includes HEAD.',
    16,
    text(
      'A method.',
      16,
      matching(
        `^(${VERB})$`,
        'spec.verbs must be HTTP methods such as get: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS',
      ),
    ),
    {
      minItems: 1,
      default: ['get'],
    },
  ),
  'secret-name': objectName(
    'spec.secret-name',
    "The Secret that contains the signing key: status.secret-name of a GateServer in this namespace, or a Secret annotated as a signing key. Defaults to the Secret of the namespace's only GateServer.",
    'a Secret',
    'gateserver-sample-jwt-secret',
  ),
  'secret-namespace': namespaceName(
    'spec.secret-namespace',
    "Namespace of the Secret. Must be the object's own; a condition reports any other.",
  ),
  'secret-file': secretDataKey('spec.secret-file', 'Key in the Secret that contains the private key.', 'tls.key'),
  'link-hash': text(
    "base64url SHA-256 of a link's random code. With it no JWT is made and nothing usable is stored.",
    43,
    matching(
      '^[-_A-Za-z0-9]{43}$',
      'spec.link-hash must be the base64url SHA-256 of a code: 43 characters without padding, such as ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
    ),
  ),
  'single-use': flag(
    'Only the first browser that redeems the link can use it. That browser can reload and reconnect until the grant ends.',
    false,
  ),
  'take-over': flag('The guest can take over a console that someone else is using, after confirming.', true),
  'view-only': flag('The gateway drops keyboard, pointer and clipboard messages.', false),
  revoked: flag('Ends the grant at once. Cannot be undone.', false),
  description: text('Free text for people. Can be changed.', 1024),
  issuer,
};

/** Every field but these is as it was made. */
const MUTABLE = new Set(['revoked', 'description']);

/** Catches a change, an addition and a removal. */
function immutable(field: string): Validation {
  const name = field.replaceAll('-', '__dash__');
  return {
    rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`,
    message: `spec.${field} is immutable: create a new GateToken`,
  };
}

export const gateTokenSpecSchema: Schema = {
  type: 'object',
  description: 'One grant: what a link or a token gives access to, and for how long.',
  properties,
  'x-kubernetes-validations': [
    { rule: 'has(self.urls) || has(self.vm)', message: 'spec.urls or spec.vm is required, such as vm: my-vm' },
    {
      rule: '!has(oldSelf.revoked) || !oldSelf.revoked || (has(self.revoked) && self.revoked)',
      message: 'spec.revoked cannot be undone: create a new GateToken',
    },
    ...Object.keys(properties)
      .filter((field) => !MUTABLE.has(field))
      .map(immutable),
  ],
};

const data: Schema = {
  type: 'object',
  description: 'The grant as signed.',
  properties: {
    from: instant('When the grant becomes valid.'),
    until: instant('When the grant expires.'),
    duration: { type: 'string', description: 'Time between from and until.' },
    nbf: { type: 'integer', format: 'int64', description: 'from, in seconds since the epoch.' },
    exp: { type: 'integer', format: 'int64', description: 'until, in seconds since the epoch.' },
    verbs: { type: 'array', description: 'HTTP methods.', items: { type: 'string' } },
    urls: { type: 'array', description: 'API paths, including those that vm stands for.', items: { type: 'string' } },
  } satisfies SchemaOf<Required<GateTokenStatus>['data']>,
};

export const gateTokenStatusSchema: Schema = {
  type: 'object',
  description: 'Status of the grant. Written by the operator; redeemed, live and last-used by the gateway.',
  properties: {
    token: text('The signed JWT. Empty if spec.link-hash is set.', 16_384),
    data,
    phase: {
      type: 'string',
      description: 'Summary of the status.',
      enum: ['Pending', 'Ready', 'Error', 'Expired', 'Revoked'],
    },
    conditions,
    link: {
      type: 'string',
      description:
        'The link that opens the grant. Empty if spec.link-hash is set, and where no console is opened: the condition Ready says why.',
    },
    'gate-server': text('The GateServer whose gateway accepts this grant. No other does.', MAX_SUBDOMAIN),
    'vm-uid': text('UID of the virtual machine that the grant is bound to.', 64),
    issuer: text('User name of the creator, as the API server knew it; absent unless it is proven.', 1024),
    approval: text('Proves to the gateway that the operator approved this grant as it is.', 128),
    redeemed: {
      type: 'object',
      description: 'Who redeemed a single-use grant.',
      required: ['at', 'by'],
      properties: {
        at: instant('When.'),
        by: text('Nonce of the cookie of the browser that redeemed it.', 64),
      },
    },
    live: { type: 'integer', format: 'int32', minimum: 0, description: 'Number of open consoles.' },
    'last-used': instant('When the grant was last used.'),
  } satisfies SchemaOf<GateTokenStatus>,
};

/** A part of the status that is there already: asked of the whole object, as no rule of the status sees its removal. */
const had = (part: string): string => `has(oldSelf.status) && has(oldSelf.status.${part})`;
const has = (part: string): string => `has(self.status) && has(self.status.${part})`;

function final(field: string): Validation {
  const part = field.replaceAll('-', '__dash__');
  return {
    rule: `!(${had(part)}) || (${has(part)} && self.status.${part} == oldSelf.status.${part})`,
    message: `status.${field} is final once it is set`,
  };
}

/** Of an object before or after a change: its tokens were taken back, for good. */
const takenBack = (object: 'self' | 'oldSelf'): string =>
  `has(${object}.status) && has(${object}.status.phase) && ${object}.status.phase == 'Revoked' && has(${object}.status.conditions) && ${object}.status.conditions.exists(c, c.type == 'Ready' && c.reason == 'TokensNotStored')`;

/**
 * What ends something for good. Others than the operator and the gateway may be allowed to write the status, and an
 * approval does not cover what came after it.
 */
export const gateTokenValidations: readonly Validation[] = [
  final('vm-uid'),
  final('redeemed'),
  {
    rule: `!(${had('gate__dash__server')}) || (${has('gate__dash__server')})`,
    message: 'status.gate-server cannot be removed',
  },
  {
    rule: `!(${takenBack('oldSelf')}) || (${takenBack('self')})`,
    message: 'status.phase is final once it is Revoked for the reason TokensNotStored',
  },
];
