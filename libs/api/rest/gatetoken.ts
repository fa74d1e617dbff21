import { z } from 'zod';
import { Instant } from './names.js';

/** A GateToken as lists and pages show it: never with its token or hash. */
export const GateTokenView = z
  .object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    created: Instant,
    description: z.string(),
    vm: z.string().exactOptional(),
    urls: z.array(z.string()),
    verbs: z.array(z.string()),
    from: z.string().exactOptional(),
    until: z.string().exactOptional(),
    duration: z.string(),
    phase: z.enum(['Ready', 'Error', 'Pending', 'Expired', 'Revoked']),
    message: z.string().exactOptional().meta({
      description: 'Message of the Ready condition when the phase is not Ready',
    }),
    'single-use': z.boolean(),
    'view-only': z.boolean(),
    'take-over': z.boolean(),
    redeemed: z.string().exactOptional().meta({ description: 'When a single-use link was redeemed' }),
    live: z.int().meta({ description: 'Number of open consoles', example: 1 }),
    'last-used': z.string().exactOptional(),
    issuer: z.string().exactOptional(),
  })
  .meta({ id: 'GateToken', description: 'A grant, without its token' });
export type GateTokenView = z.infer<typeof GateTokenView>;

export const GateTokenViewList = z.object({ items: z.array(GateTokenView) }).meta({ id: 'GateTokenList' });
export type GateTokenViewList = z.infer<typeof GateTokenViewList>;

/** Shape alone: what values are allowed is the schema of the custom resource, which the API server checks. */
const Fields = z.strictObject({
  name: z.string().max(253).exactOptional().meta({ description: 'Name of the GateToken; generated when absent' }),
  vm: z.string().max(253).exactOptional().meta({
    description: 'Name of a VM: its screen and serial console, nothing else',
  }),
  urls: z.array(z.string().max(2048)).min(1).max(500).exactOptional().meta({
    description: 'API paths; a trailing * matches any suffix',
  }),
  verbs: z.array(z.string().max(16)).max(16).exactOptional().meta({ description: 'HTTP methods; default get' }),
  from: z.string().max(64).exactOptional().meta({ description: 'RFC 3339; not valid before' }),
  duration: z.string().max(64).exactOptional().meta({ description: 'Go duration such as 90s or 1h30m; default 1h' }),
  'secret-name': z.string().max(253).exactOptional(),
  'secret-namespace': z.string().max(253).exactOptional(),
  'secret-file': z.string().max(253).exactOptional(),
  'single-use': z.boolean().exactOptional().meta({ description: 'Can be redeemed once, by one browser' }),
  'take-over': z.boolean().exactOptional().meta({
    description: 'Can take over a console that is in use, after confirmation; default true',
  }),
  'view-only': z.boolean().exactOptional().meta({ description: 'Keyboard, pointer and clipboard input is dropped' }),
  description: z.string().max(1024).exactOptional().meta({ description: 'For people' }),
});

/** The camelCase names that answers once had. Deprecated: requests may use them until the next release. */
const OLD_NAMES = new Map([
  ['secretName', 'secret-name'],
  ['secretNamespace', 'secret-namespace'],
  ['secretFile', 'secret-file'],
  ['singleUse', 'single-use'],
  ['takeOver', 'take-over'],
  ['viewOnly', 'view-only'],
]);

/** A field that is there by both names stays unknown by the old one: neither value may silently win over the other. */
function renamed(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const nameOf = (key: string): string => {
    const name = OLD_NAMES.get(key);
    return name === undefined || Object.hasOwn(body, name) ? key : name;
  };
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [nameOf(key), value as unknown]));
}

/** POST /namespaces/{ns}/gatetokens: a GateToken's spec without hash and issuer, and optionally a name. */
export const IssueRequest = z.preprocess(renamed, Fields).meta({
  id: 'IssueRequest',
  description:
    'The spec of a GateToken, and optionally its name. The camelCase spellings singleUse, takeOver, viewOnly, secretName, secretNamespace and secretFile are deprecated; they are still read in this release.',
});
export type IssueRequest = z.infer<typeof IssueRequest>;

/** Query of POST /namespaces/{ns}/gatetokens, and of .../check */
export const IssueQuery = z.object({
  token: z.enum(['true', 'false']).exactOptional().meta({
    description: 'true: a JWT instead of a link; 409 where store-tokens of the GateServer is false',
  }),
});

/** Its answer. */
export const IssueResponse = z
  .object({
    gatetoken: GateTokenView,
    link: z
      .string()
      .exactOptional()
      .meta({ description: 'The link, shown only in this answer: nothing that opens it is stored' }),
    token: z.string().exactOptional().meta({ description: 'With ?token=true: a JWT instead of the link' }),
  })
  .meta({ id: 'IssueResponse' });
export type IssueResponse = z.infer<typeof IssueResponse>;

/** POST .../gatetokens/check */
export const CheckResponse = z
  .object({
    allowed: z.boolean().meta({ description: 'True if the user can issue it' }),
    grants: z.array(z.string()).meta({ description: 'What the grant would allow, one line each' }),
    problems: z.array(z.string()).meta({ description: 'Why it cannot be issued, one line each' }),
  })
  .meta({ id: 'CheckResponse' });
export type CheckResponse = z.infer<typeof CheckResponse>;
