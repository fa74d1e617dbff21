import { at, ensure, fieldsOf, isFields, same, setDefault } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';
import { matchesSelector, selectorOf } from '../selectors/labels.js';
import { defaultPodSpec } from './pod.js';
import { validatePodSpec } from './pod-spec.js';
import { nonNegative } from './faults.js';

function defaultTemplate(object: KubeObject): void {
  const spec = ensure(object, 'spec');
  const template = ensure(spec, 'template');
  ensure(template, 'metadata');
  defaultPodSpec(ensure(template, 'spec'));
}

function validate(object: KubeObject, old?: KubeObject): Cause[] {
  const spec = object.spec ?? {};
  const selector = spec['selector'];
  const causes: Cause[] = [];
  if (old && !same(selector, old.spec?.['selector'])) {
    causes.push(cause.invalid('spec.selector', selector ?? null, 'field is immutable'));
  }
  return [
    ...causes,
    ...nonNegative('spec.replicas', spec['replicas']),
    ...selectionFaults(object),
    ...validatePodSpec(at(spec, 'template', 'spec'), 'spec.template.spec'),
  ];
}

/** A selector that misses its own pods would have its controller make pods without end. */
function selectionFaults({ spec = {} }: KubeObject): Cause[] {
  const selector = spec['selector'];
  const labels = at(spec, 'template', 'metadata', 'labels');
  const detail = '`selector` does not match template `labels`';
  const mismatch = cause.invalid('spec.template.metadata.labels', labels ?? null, detail);
  if (!isFields(selector)) return [cause.required('spec.selector'), mismatch];
  return matchesSelector(selectorOf(selector), fieldsOf(labels) as Record<string, string>) ? [] : [mismatch];
}

const prepare: Strategy['prepare'] = (object, old) => {
  if (!old) object.status = object.kind === 'ReplicaSet' ? { replicas: 0 } : {};
};

export const deploymentStrategy: Strategy = {
  defaults(deployment) {
    const spec = ensure(deployment, 'spec');
    setDefault(spec, 'replicas', 1);
    defaultTemplate(deployment);
    const strategy = ensure(spec, 'strategy');
    setDefault(strategy, 'type', 'RollingUpdate');
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = ensure(strategy, 'rollingUpdate');
      setDefault(rolling, 'maxUnavailable', '25%');
      setDefault(rolling, 'maxSurge', '25%');
    }
    setDefault(spec, 'revisionHistoryLimit', 10);
    setDefault(spec, 'progressDeadlineSeconds', 600);
  },
  prepare,
  validate,
};

export const replicaSetStrategy: Strategy = {
  defaults(set) {
    setDefault(ensure(set, 'spec'), 'replicas', 1);
    defaultTemplate(set);
  },
  prepare,
  validate,
};
