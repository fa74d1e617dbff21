import { VmAction } from '#libs/api/rest';
import { SchemaPipe } from '../http/dto.js';
import { Refusal } from '../http/refusal.js';

/** What a VM can be told to do, in a path. @throws Refusal 404 */
export const ActionName = new SchemaPipe(
  VmAction,
  () => new Refusal(404, `Unknown action. Use one of ${VmAction.options.join(', ')}.`),
);
