import { KubeName as schema } from '#libs/api/rest';
import { SchemaPipe } from './dto.js';
import { Refusal } from './refusal.js';

/** A name or namespace in a path: RFC 1123 subdomain, at most 253 characters. @throws Refusal 400 */
export const KubeNameParam = new SchemaPipe(
  schema,
  ({ issues: [first] }) => new Refusal(400, 'The address contains an invalid Kubernetes name.', first?.message),
);
