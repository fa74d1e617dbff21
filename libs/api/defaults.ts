import { type GateServerSpec } from './gateserver.js';
import { gateServerSpecSchema } from './gateserver.schema.js';
import { type GateTokenSpec } from './gatetoken.js';
import { gateTokenSpecSchema } from './gatetoken.schema.js';
import { type Schema } from './schema.js';

/** Fields that have no default: their absence means something of its own. */
type Without = 'img' | 'ingress-class' | 'gateway-ref' | 'tls' | 'web-app' | 'oidc';

export type GateServerSettings = Required<Omit<GateServerSpec, Without>> & Pick<GateServerSpec, Without>;
export type GateTokenSettings = GateTokenSpec &
  Required<
    Pick<GateTokenSpec, 'duration' | 'verbs' | 'secret-file' | 'single-use' | 'take-over' | 'view-only' | 'revoked'>
  >;

/** Where the gateway stands behind something that adds X-Forwarded-For. */
const BEHIND_PROXY: ReadonlySet<string> = new Set(['auto', 'route', 'ingress', 'httproute']);

/**
 * The spec with every default in place, for objects of stores that are older than a field. The defaults are those of
 * the schema, and the two that depend on other fields. `img` stays absent: it is the operator's release.
 */
export function gateServerDefaults(spec: GateServerSpec): GateServerSettings {
  const full = filled<GateServerSettings>(gateServerSpecSchema, spec);
  return {
    ...full,
    'public-urls': spec['public-urls'] ?? [`https://${spec.route}`],
    'trusted-hops': spec['trusted-hops'] ?? (BEHIND_PROXY.has(full.expose) ? 1 : 0),
    'frame-ancestors': spec['frame-ancestors'] ?? [],
  };
}

/** As gateServerDefaults, for a GateToken. `from` and `secret-name` stay absent: they depend on other objects. */
export function gateTokenDefaults(spec: GateTokenSpec): GateTokenSettings {
  return filled<GateTokenSettings>(gateTokenSpecSchema, spec);
}

function filled<T>({ properties = {} }: Schema, spec: object): T {
  const full: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(spec)) {
    if (value !== undefined && value !== null) full[name] = value;
  }
  for (const [name, { default: value }] of Object.entries(properties)) {
    // Cloning is slow, and this runs for each object at each look.
    if (value !== undefined && !(name in full)) full[name] = typeof value === 'object' ? structuredClone(value) : value;
  }
  return full as T;
}
