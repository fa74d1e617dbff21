import { z } from 'zod';
import { STATUS_REASONS } from '#libs/kube';
import { documented } from './documented.js';

/** The longest text that a line may hold: paths and messages come from clients. */
const LONGEST = 300;
const text = z.string().min(1).max(LONGEST);
/** GateToken of a grant; of a JWT without one, its ID. */
const GRANT = /^[a-z0-9-]+\/[a-z0-9.-]+$|^[0-9a-f-]{36}$/;

const who = z.union([
  z.strictObject({ user: text }),
  z.strictObject({ grant: z.string().regex(GRANT) }),
  z.strictObject({ component: text }),
]);
const grant = z.strictObject({
  vm: z.string().max(253).exactOptional(),
  urls: z.array(z.string().max(200)).max(10).exactOptional(),
  'more-urls': z.int().min(1).exactOptional(),
  verbs: z.array(z.string().max(64)).max(16).exactOptional(),
  from: z.string().max(64).exactOptional(),
  duration: z.string().max(64).exactOptional(),
  'single-use': z.boolean().exactOptional(),
  'view-only': z.boolean().exactOptional(),
});
const what = z.strictObject({
  verb: text,
  resource: text.exactOptional(),
  subresource: text.exactOptional(),
  namespace: text.exactOptional(),
  // A client may ask for the object with an empty name.
  name: z.string().max(LONGEST).exactOptional(),
  path: text.exactOptional(),
});
/** Of an object that the operator observes. */
const observed = what.extend({ uid: text });
const request = { what, who: who.exactOptional(), from: z.union([z.ipv4(), z.ipv6()]) };
const code = z.int().min(100).max(4999);
const allowed = { outcome: z.literal('allowed'), code: code.exactOptional() };
const denied = { outcome: z.enum(['refused', 'failed']), code, rule: text, why: z.string().max(LONGEST) };
/** Stands for lines that were left out: those of an IPv6 address count for its network. */
const summary = {
  ...{ ...denied, who: who.exactOptional(), from: z.union([z.ipv4(), z.cidrv6()]) },
  ...{ what: what.extend({ verb: z.literal('*') }), omitted: z.int().min(1) },
};
const redeem = { audit: z.literal('redeem'), how: z.enum(['link', 'jwt']), 'single-use': z.boolean() };
const issue = z.literal('issue');
const action = z.enum(['check', 'revoke', 'delete', 'cut', 'sign-in', 'sign-out', 'vm-action', 'write', 'upgrade']);
const configure = { audit: z.literal('configure'), who, what, fields: z.array(text).exactOptional() };
const seen = {
  ...{ outcome: z.literal('observed'), what: observed, who: who.exactOptional() },
  ...{ manager: text.exactOptional(), existed: z.literal(true).exactOptional() },
};
const count = z.number().min(0);

/** What a gateway and the operator may write of an event: the fields of each kind and outcome, and no others. */
const EVENTS = {
  gateway: [
    z.strictObject({ ...request, ...allowed, audit: issue, grant }),
    z.strictObject({ ...request, ...denied, audit: issue, grant }),
    z.strictObject({ ...summary, audit: issue }),
    z.strictObject({ ...request, ...allowed, audit: action }),
    z.strictObject({ ...request, ...denied, audit: action }),
    z.strictObject({ ...request, ...denied, audit: z.literal('refuse') }),
    z.strictObject({ ...summary, audit: z.literal('refuse') }),
    z.strictObject({ ...summary, audit: action }),
    z.strictObject({ ...request, ...allowed, ...redeem }),
    z.strictObject({ ...request, ...denied, ...redeem, outcome: z.literal('failed') }),
    z.strictObject({ ...request, ...allowed, audit: z.literal('open'), session: text }),
    z.strictObject({ ...request, ...denied, audit: z.literal('open') }),
    z.strictObject({
      ...request,
      ...{ audit: z.literal('close'), outcome: z.literal('ended'), session: text, code, why: z.string().max(LONGEST) },
      ...{ seconds: count, 'bytes-in': count, 'bytes-out': count },
    }),
  ],
  operator: [
    z.strictObject({ ...denied, audit: issue, who, what, grant }),
    z.strictObject({ audit: z.literal('revoke'), outcome: z.literal('allowed'), who, what }),
    z.strictObject({ ...configure, outcome: z.literal('allowed') }),
    z.strictObject({ ...configure, ...denied }),
    z.strictObject({ ...seen, audit: issue, grant }),
    z.strictObject({ ...seen, audit: z.enum(['revoke', 'delete']) }),
  ],
};

/** What is checked here; line.spec.ts compares it with what the programs can write. */
export type AuditedEvent = z.infer<(typeof EVENTS)['gateway' | 'operator'][number]>;

/** What every line of the log has. */
const frame = z.object({
  level: z.enum(['info', 'warn']),
  time: z.iso.datetime({ precision: 3 }),
  component: z.enum(['gateway', 'operator']),
  msg: text,
});

export type AuditLine = AuditedEvent & z.infer<typeof frame>;

/**
 * The request came without a valid credential, or was refused before anyone asked whose it is; so was a malformed one
 * (400). The times of a JWT are read before its GateToken is looked up.
 */
const NAMELESS = new Set([
  ...['no-credential', 'malformed', 'signature', 'unknown', 'ambiguous', 'expired', 'not-yet'],
  ...['path', 'foreign-origin', 'foreign-host'],
]);

/**
 * Holds one line of the audit log against what docs/audit.md says.
 * @param line the parsed line, which has the field `audit`
 * @returns what is wrong with it; undefined if nothing is
 */
export function problemOfLine(line: unknown): string | undefined {
  const framed = frame.safeParse(line);
  if (!framed.success) return reasonOf(framed.error);
  const { component, level, msg } = framed.data;
  const event = Object.fromEntries(
    Object.entries(line as object).filter(([field]) => !Object.hasOwn(frame.shape, field)),
  );
  const tries = EVENTS[component].map((shape) => shape.safeParse(event));
  const fit = tries.find((one) => one.success);
  if (fit === undefined) return closest(tries.map(({ error }) => error));
  return (
    inFrame(fit.data, level, msg) ??
    ('rule' in fit.data ? ruleProblem(fit.data.rule, fit.data.code) : undefined) ??
    whoProblem(fit.data)
  );
}

/** What is wrong by the shape that was meant: that of the same kind and outcome, if there is one. */
function closest(errors: readonly (z.ZodError | undefined)[]): string {
  const distance = ({ issues }: z.ZodError): number =>
    issues.length + 100 * issues.filter(({ path: [field] }) => field === 'audit' || field === 'outcome').length;
  const [best] = errors.filter((error) => error !== undefined).sort((a, b) => distance(a) - distance(b));
  return best === undefined ? 'no shape fits' : reasonOf(best);
}

function reasonOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`).join('; ');
}

function inFrame({ audit, outcome }: AuditedEvent, level: string, msg: string): string | undefined {
  const wanted = outcome === 'refused' || outcome === 'failed' ? 'warn' : 'info';
  if (level !== wanted) return `level: a line with the outcome ${outcome} has the level ${wanted}`;
  return msg === `${audit} ${outcome}` ? undefined : `msg: expected "${audit} ${outcome}"`;
}

function ruleProblem(rule: string, status: number): string | undefined {
  if (documented().rules.has(rule)) return undefined;
  const reasons: Readonly<Record<number, string>> = STATUS_REASONS;
  return reasons[status] === rule ? undefined : `rule: docs/audit.md does not list "${rule}" (code ${status})`;
}

function whoProblem(event: AuditedEvent): string | undefined {
  if (event.who !== undefined || event.outcome === 'observed' || event.outcome === 'failed') return undefined;
  if ('rule' in event && (event.code === 400 || event.code === 401 || NAMELESS.has(event.rule))) return undefined;
  return 'who: required';
}
