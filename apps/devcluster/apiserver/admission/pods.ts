import { ensure, listOf, numberOf, recordsOf, setDefault } from '../fields.js';
import { forbidden } from '../status.js';
import { type Fields } from '../types.js';
import { type AdmissionPlugin, type AdmissionRequest } from './index.js';

const TAINTS = ['not-ready', 'unreachable'].map((taint) => `node.kubernetes.io/${taint}`);

/**
 * What the plug-ins ServiceAccount, Priority and DefaultTolerationSeconds of Kubernetes give to a new pod. Webhooks see
 * it, its sender does not own it.
 */
export const podAdmission: AdmissionPlugin = {
  mutate({ operation, def, subresource, object }: AdmissionRequest): void {
    if (operation !== 'CREATE' || def.group !== '' || def.resource !== 'pods' || subresource || !object) return;
    const spec = ensure(object, 'spec');
    setDefault(spec, 'serviceAccountName', 'default');
    setDefault(spec, 'serviceAccount', spec['serviceAccountName']);
    if (numberOf(spec['priority']) !== 0) throw forbidden(def, object.metadata.name, priorityFault(spec['priority']));
    setDefault(spec, 'priority', 0);
    setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority');
    const missing = TAINTS.filter((key) => !recordsOf(spec['tolerations']).some((known) => tolerates(known, key)));
    if (missing.length === 0) return;
    spec['tolerations'] = [...listOf(spec['tolerations']), ...missing.map(toleration)];
  },
};

const priorityFault = (priority: unknown): string =>
  `the integer value of priority (${String(priority)}) must not be provided in pod spec; priority admission controller ` +
  'computed 0 from the given PriorityClass name';

const tolerates = ({ key, effect }: Fields, taint: string): boolean =>
  (key === undefined || key === taint) && (effect === undefined || effect === 'NoExecute');

const toleration = (key: string): Fields => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
});
