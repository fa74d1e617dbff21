import { z } from 'zod';
import { IssueRequest } from '#libs/api/rest';
import { Refusal } from '../http/refusal.js';

/** The same as JSON schema, for the API's description. */
export const ISSUE_SCHEMA = z.toJSONSchema(IssueRequest, { target: 'openapi-3.0' }) as Record<string, unknown>;

/** @throws Refusal 400 that names the first field that is wrong */
export function issueRequest(body: unknown): IssueRequest {
  if (body === undefined) {
    throw new Refusal(
      400,
      'The request has no JSON body.',
      'Send one, with the header `Content-Type: application/json`.',
    );
  }
  const parsed = IssueRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const field = first === undefined || first.path.length === 0 ? 'the body' : first.path.join('.');
  throw new Refusal(
    400,
    `${field}: ${first?.message ?? 'not understood'}.`,
    'Send a JSON object with the fields of a GateToken.',
  );
}
