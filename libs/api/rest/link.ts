import { z } from 'zod';
import { Instant, PerConsole } from './names.js';

/** POST /l {code}: what a link is for; {code, redeem: true}: also sets the cookie. */
export const LinkRequest = z
  .object({
    code: z.string('This link has no valid code.').meta({ description: 'What follows the # of a link' }),
    redeem: z.boolean().exactOptional().meta({ description: 'true: also set the cookie' }),
    'check-cookies': z.boolean().exactOptional().meta({
      description: 'true: redeem nothing unless the request brings the cookie of GET /api/v1/cookies',
    }),
  })
  .meta({ id: 'LinkRequest' });

const LinkedVm = PerConsole.extend({
  namespace: z.string(),
  vm: z.string(),
  'vm-status': z.string().exactOptional().meta({
    description: 'printableStatus of the VM, or NotFound; absent for a VM that the gateway does not watch',
  }),
  location: z.string().meta({ description: 'The page of its console: a path on this host' }),
});

const LinkedApi = z.object({
  what: z.string().meta({ description: 'In words', example: 'Read pods demo in namespace gateway-example.' }),
  location: z.string().exactOptional().meta({ description: 'Where a browser can read it: a path on this host' }),
});

export const LinkInfo = z
  .object({
    namespace: z.string(),
    vm: z.string().exactOptional().meta({ description: 'The one VM that all of it is about' }),
    urls: z.array(z.string()),
    consoles: z.array(LinkedVm).meta({ description: 'The VMs whose consoles it opens' }),
    others: z.array(LinkedApi).meta({ description: 'What else it allows' }),
    until: Instant,
    'single-use': z.boolean(),
    'view-only': z.boolean(),
    description: z.string().exactOptional(),
    issuer: z.string().exactOptional(),
    location: z.string().meta({
      description:
        'Where to go after redeeming it, a path on this host: its only console, or a page that lists what it opens',
    }),
  })
  .meta({ id: 'LinkInfo' });
export type LinkInfo = z.infer<typeof LinkInfo>;

/** GET /cookies */
export const CookieCheck = z
  .object({ kept: z.boolean().meta({ description: 'The request brought the cookie that an earlier answer set' }) })
  .meta({ id: 'CookieCheck' });
export type CookieCheck = z.infer<typeof CookieCheck>;

/**
 * POST /auth/jwt/request. The names are those of the original system, here and in the answer. It has no others: a
 * restriction sent under a name that is ignored, such as `single-use`, would restrict nothing.
 */
export const TokenRequest = z
  .strictObject({
    URLs: z.array(z.string()).max(500).meta({ description: 'API paths; a trailing * matches any suffix' }),
    verbs: z.array(z.string()).max(16).exactOptional().meta({ description: 'HTTP methods; default get' }),
    duration: z.string().exactOptional().meta({ description: 'Go duration such as 90s or 1h30m; default 1h' }),
    from: z.string().exactOptional().meta({ description: 'RFC 3339; not valid before' }),
  })
  .meta({ id: 'TokenRequest' });

export const TokenResponse = z
  .object({
    ID: z.string().meta({ description: 'Name of the GateToken' }),
    From: z.string(),
    Until: z.string(),
    Duration: z.string(),
    NBf: z.number().meta({ description: 'Seconds since the epoch' }),
    Exp: z.number().meta({ description: 'Seconds since the epoch' }),
    Verbs: z.array(z.string()),
    URLs: z.array(z.string()),
    Token: z.string().meta({ description: 'The JWT' }),
  })
  .meta({ id: 'TokenResponse' });
export type TokenResponse = z.infer<typeof TokenResponse>;

/** GET /.well-known/jwks.json (RFC 7517) */
export const JwkSet = z
  .object({
    keys: z.array(
      z.looseObject({
        kty: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
        n: z.string(),
        e: z.string(),
      }),
    ),
  })
  .meta({ id: 'JwkSet' });
