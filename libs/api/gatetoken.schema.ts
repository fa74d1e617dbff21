import { conditions } from './conditions.schema.js';
import { type GateTokenSpec, type GateTokenStatus } from './gatetoken.js';
import {
  DNS_LABEL,
  DNS_NAME,
  flag,
  instant,
  list,
  positiveDuration,
  type Schema,
  type SchemaOf,
  text,
  type Validation,
} from './schema.js';

/**
 * A path in its canonical form (libs/policy/canonical-path.ts), or `*` alone; a `*` at the end. The pattern says which
 * characters may stand in it, the rules (which have messages) how. Kubernetes bounds what rules may cost: two short
 * expressions are within it, one long one would not be.
 */
const url = text('An API path.', 2048, {
  pattern: "^(\\*|/[-A-Za-z0-9._~!$&'()+,=:@%/]*\\*?)$",
  'x-kubernetes-validations': [
    {
      rule: "!self.matches('//|/[.][.]?(/|[*]?$)|./$')",
      message: 'spec.urls: a path must not hold //, /./ or /../ and must not end with /',
    },
    {
      rule: "!self.matches('%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)')",
      message: 'spec.urls: a % must be followed by two hexadecimal digits',
    },
    {
      rule: "!self.matches('%([01]|2[5DEFdef]|3[0-9Bb]|[46][1-9A-Fa-f]|5[0-9ACFacf]|7[0-9AEFaef])')",
      message: 'spec.urls: a path must not escape what can be written plainly, nor a slash, backslash, semicolon or %',
    },
  ],
});

const VERB = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(anyCase).join('|');

/** `[Gg][Ee][Tt]`: not every reader of patterns knows a flag for it. */
function anyCase(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}

const issuer: Schema = {
  type: 'object',
  description: 'Who made this object. Written by the webhook over whatever was sent.',
  required: ['username'],
  properties: {
    username: text('User name, as the API server knows it.', 1024),
    uid: text('UID of the user.', 1024),
    groups: list('Groups of the user.', 1000, text('A group.', 1024)),
    extra: {
      type: 'object',
      description: 'Further attributes of the user.',
      maxProperties: 64,
      additionalProperties: list('Values of one attribute.', 64, text('A value.', 2048)),
    },
    seal: text('HMAC of the operator over namespace and spec: proof that the webhook wrote this.', 128),
  },
};

const RFC3339 = '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{2})$';

const properties: SchemaOf<GateTokenSpec> = {
  urls: list(
    'API paths that are granted: each begins with / (or is * alone) and has no query; a * at the end matches any suffix.',
    500,
    url,
    { minItems: 1 },
  ),
  vm: text('Name of a virtual machine: short for its vnc and console subresources, nothing else.', 253, {
    pattern: DNS_NAME,
  }),
  from: text('The grant does not hold before. RFC 3339. Absent: the creation time.', 64, {
    format: 'date-time',
    pattern: RFC3339,
  }),
  duration: positiveDuration('spec.duration', 'How long the grant holds.', '1h'),
  verbs: list(
    'HTTP methods that are granted, in any case. HEAD is granted with GET.',
    16,
    text('A method.', 16, { pattern: `^(${VERB})$` }),
    {
      minItems: 1,
      default: ['get'],
    },
  ),
  'secret-name': text(
    "The Secret that holds the signing key: status.secret-name of a GateServer of this namespace, or one annotated as a signing key. Absent: the namespace's only GateServer's.",
    253,
    { pattern: DNS_NAME },
  ),
  'secret-namespace': text("Namespace of that Secret: the object's own. Any other is refused in a condition.", 63, {
    pattern: DNS_LABEL,
  }),
  'secret-file': text('Key in the Secret that holds the private key.', 253, {
    default: 'tls.key',
    pattern: '^[-._a-zA-Z0-9]+$',
  }),
  'link-hash': text(
    "base64url SHA-256 of a link's random code. With it no JWT is made and nothing usable is stored.",
    43,
    { pattern: '^[-_A-Za-z0-9]{43}$' },
  ),
  'single-use': flag('Redeemed once, by one browser, which may reload and reconnect until the end.', false),
  'take-over': flag('May take a console that somebody else is on, after asking.', true),
  'view-only': flag('The gateway drops keyboard, pointer and clipboard messages.', false),
  revoked: flag('Ends the grant at once. Never taken back.', false),
  description: text('For people. May change.', 1024),
  issuer,
};

/** Every field but these is as it was made. */
const MUTABLE = new Set(['revoked', 'description']);

/** Catches a change, an addition and a removal. */
function immutable(field: string): Validation {
  const name = field.replaceAll('-', '__dash__');
  return {
    rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`,
    message: `spec.${field} cannot be changed: make a new GateToken`,
  };
}

export const gateTokenSpec: Schema = {
  type: 'object',
  description: 'One grant: what a link or a token gives access to, and for how long.',
  properties,
  'x-kubernetes-validations': [
    { rule: 'has(self.urls) || has(self.vm)', message: 'spec.urls or spec.vm is required' },
    {
      rule: '!has(oldSelf.revoked) || !oldSelf.revoked || (has(self.revoked) && self.revoked)',
      message: 'spec.revoked cannot be taken back: make a new GateToken',
    },
    ...Object.keys(properties)
      .filter((field) => !MUTABLE.has(field))
      .map(immutable),
  ],
};

const data: Schema = {
  type: 'object',
  description: 'The grant as it was signed.',
  properties: {
    from: instant('The grant does not hold before.'),
    until: instant('The grant does not hold from here on.'),
    duration: { type: 'string', description: 'Time between the two.' },
    nbf: { type: 'integer', format: 'int64', description: 'from, in seconds since the epoch.' },
    exp: { type: 'integer', format: 'int64', description: 'until, in seconds since the epoch.' },
    verbs: { type: 'array', description: 'HTTP methods.', items: { type: 'string' } },
    urls: { type: 'array', description: 'API paths, those that vm is short for included.', items: { type: 'string' } },
  } satisfies SchemaOf<Required<GateTokenStatus>['data']>,
};

export const gateTokenStatus: Schema = {
  type: 'object',
  description: 'What the operator made of the grant; redeemed, live and last-used are written by the gateway.',
  properties: {
    token: { type: 'string', description: 'The signed JWT. Empty where spec.link-hash is set.' },
    data,
    phase: {
      type: 'string',
      description: 'All in one word.',
      enum: ['Pending', 'Ready', 'Error', 'Expired', 'Revoked'],
    },
    conditions,
    link: { type: 'string', description: 'The link with the token in it. Empty where spec.link-hash is set.' },
    'gate-server': { type: 'string', description: 'The GateServer whose gateway opens for it; no other does.' },
    'vm-uid': { type: 'string', description: 'UID of the virtual machine that the grant is bound to.' },
    redeemed: {
      type: 'object',
      description: 'The claim of a single-use grant.',
      required: ['at', 'by'],
      properties: {
        at: instant('When.'),
        by: { type: 'string', description: 'Nonce of the cookie that holds the grant.' },
      },
    },
    live: { type: 'integer', format: 'int32', minimum: 0, description: 'Consoles that are open now.' },
    'last-used': instant('When the grant was used last.'),
  } satisfies SchemaOf<GateTokenStatus>,
};
