import { GROUP } from '#libs/api';
import { type Names } from '../cluster/names.js';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

const READ = ['get', 'list', 'watch'];
const ALL = [...READ, 'create', 'update', 'patch', 'delete'];

/** What the gateway itself may do in its namespace: no secrets, tokens of its guest account alone, no impersonation. */
export function gatewayRules({ jwks, guest }: Pick<Names, 'jwks' | 'guest'>): Rule[] {
  return [
    { apiGroups: [GROUP], resources: ['gatetokens'], verbs: READ },
    { apiGroups: [GROUP], resources: ['gatesessions'], verbs: ['list', 'watch', 'create'] },
    { apiGroups: [GROUP], resources: ['gatetokens/status', 'gatesessions/status'], verbs: ['patch'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ALL },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [jwks], verbs: READ },
    { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [guest], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
    { apiGroups: ['kubevirt.io'], resources: ['virtualmachines', 'virtualmachineinstances'], verbs: READ },
  ];
}
