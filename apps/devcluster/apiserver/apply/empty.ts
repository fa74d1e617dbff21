import { type Fields, type ResourceDef } from '../types.js';

const TEMPLATE: Fields = { metadata: {}, spec: { containers: null } };

/** What an object of a built-in kind holds before anybody has written to it: a writer who says the same owns nothing. */
const EMPTY: Record<string, Fields> = {
  Pod: { spec: { containers: null }, status: {} },
  Deployment: { spec: { selector: null, template: TEMPLATE, strategy: {} }, status: {} },
  ReplicaSet: { spec: { selector: null, template: TEMPLATE }, status: { replicas: 0 } },
  Namespace: { spec: {}, status: {} },
  Service: { spec: {}, status: { loadBalancer: {} } },
  Ingress: { spec: {}, status: { loadBalancer: {} } },
  Lease: { spec: {} },
  Role: { rules: null },
  ClusterRole: { rules: null },
  RoleBinding: { roleRef: {} },
  ClusterRoleBinding: { roleRef: {} },
  APIService: { spec: { groupPriorityMinimum: 0, versionPriority: 0 }, status: {} },
  TokenReview: { spec: {} },
  SubjectAccessReview: { spec: {} },
  SelfSubjectAccessReview: { spec: {} },
  SelfSubjectRulesReview: { spec: {} },
  CustomResourceDefinition: {
    spec: { names: { plural: '', kind: '' }, versions: null },
    status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
  },
  Event: {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  },
};

export const emptyOf = (def: ResourceDef): Fields => (def.custom ? {} : (EMPTY[def.kind] ?? {}));
