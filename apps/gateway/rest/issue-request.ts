import { IssueQuery, IssueRequest } from '#libs/api/rest';
import { invalidGrant } from '../grants/invalid-grant.js';
import { dto, malformed } from '../http/dto.js';

/** The body that issues a grant, or asks what it would allow. Its field `name` is the object's, the others its spec. */
export class IssueBody extends dto(
  IssueRequest,
  invalidGrant((field) => (field === 'name' ? 'metadata.name' : `spec.${field}`)),
) {}

export class IssueParams extends dto(IssueQuery, malformed('Omit `token`, or use ?token=true.')) {}

/** Bodies for the description of the API. */
export const ISSUE_EXAMPLES = {
  link: {
    summary: 'A link to the consoles of a VM',
    value: { vm: 'demo', duration: '1h', 'single-use': true, description: 'for the vendor' },
  },
  viewing: { summary: 'For viewing only', value: { vm: 'demo', duration: '30m', 'view-only': true } },
  named: { summary: 'With a name you choose', value: { name: 'example', vm: 'demo' } },
};
