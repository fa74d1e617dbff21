import { z } from 'zod';
import { type IssueRequest } from '#libs/api';
import { Refusal } from '../errors.js';

/** Shape alone: what values are allowed is the schema of the custom resource, which the API server checks. */
const IssueBody = z.strictObject({
  name: z.string().max(253).optional().describe('Name of the GateToken; generated when absent'),
  vm: z.string().max(253).optional().describe('Name of a VM: its screen and serial console, nothing else'),
  urls: z.array(z.string().max(2048)).min(1).max(500).optional().describe('API paths; a trailing * matches any suffix'),
  verbs: z.array(z.string().max(16)).max(16).optional().describe('HTTP methods; default get'),
  from: z.string().max(64).optional().describe('RFC 3339; not valid before'),
  duration: z.string().max(64).optional().describe('Go duration such as 90s or 1h30m; default 1h'),
  'secret-name': z.string().max(253).optional(),
  'secret-namespace': z.string().max(253).optional(),
  'secret-file': z.string().max(253).optional(),
  'single-use': z.boolean().optional().describe('Redeemed once, by one browser'),
  'take-over': z.boolean().optional().describe('May take a console that somebody else is on'),
  'view-only': z.boolean().optional().describe('Keyboard, pointer and clipboard are dropped'),
  description: z.string().max(1024).optional().describe('For people'),
});

/** The same as JSON schema, for the API's description. */
export const ISSUE_SCHEMA = z.toJSONSchema(IssueBody, { target: 'openapi-3.0' }) as Record<string, unknown>;

/** @throws Refusal 400 that names the first field that is wrong */
export function issueRequest(body: unknown): IssueRequest {
  if (body === undefined) {
    throw new Refusal(
      400,
      'The request has no JSON body.',
      'Send one, with the header `Content-Type: application/json`.',
    );
  }
  const parsed = IssueBody.safeParse(body);
  if (parsed.success) return withoutUndefined(parsed.data);
  const [first] = parsed.error.issues;
  const field = first === undefined || first.path.length === 0 ? 'the body' : first.path.join('.');
  throw new Refusal(
    400,
    `${field}: ${first?.message ?? 'not understood'}.`,
    'Send a JSON object with the fields of a GateToken.',
  );
}

/** zod's optional properties may be undefined; ours are absent then. */
function withoutUndefined(value: z.infer<typeof IssueBody>): IssueRequest {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
