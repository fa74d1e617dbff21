import { type AdmissionRequest } from '../admission/index.js';
import { type Call, isDryRun } from '../context.js';

/** What admission learns of any call. A patch counts as the update or the create that it comes to. */
export function admitted(
  call: Call,
  operation: AdmissionRequest['operation'],
): Omit<AdmissionRequest, 'name' | 'object' | 'old' | 'namespace'> & { namespace: string | undefined } {
  return {
    operation,
    def: call.def,
    subresource: call.subresource,
    namespace: call.namespace,
    user: call.user,
    dryRun: isDryRun(call),
    warn: call.warn,
    own: call.own,
  };
}
