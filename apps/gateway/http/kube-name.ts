import { KubeName as schema, VmAction } from '#libs/api/rest';
import { SchemaPipe } from '../http/dto.js';
import { Refusal } from '../http/refusal.js';

/** A name or namespace in a path: RFC 1123 subdomain, at most 253 characters. @throws Refusal 400 */
export const KubeNameParam = new SchemaPipe(
  schema,
  () =>
    new Refusal(
      400,
      'The address contains an invalid Kubernetes name.',
      'Names consist of lowercase letters, digits, dots and hyphens.',
    ),
);

/** What a VM can be told to do, in a path. @throws Refusal 404 */
export const ActionName = new SchemaPipe(
  VmAction,
  () => new Refusal(404, `Unknown action. Use one of ${VmAction.options.join(', ')}.`),
);
