import { at, ensure, fieldsOf, isFields, same, setDefault } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';
import { matchesSelector, selectorOf } from '../selectors/labels.js';
import { defaultPodSpec, validatePodSpec } from './pod.js';

function defaultTemplate(object: KubeObject): void {
  const spec = ensure(object, 'spec');
  const template = ensure(spec, 'template');
  ensure(template, 'metadata');
  defaultPodSpec(ensure(template, 'spec'));
}

function validate(object: KubeObject, old?: KubeObject): Cause[] {
  const spec = object.spec ?? {};
  const causes: Cause[] = [];
  const selector = spec['selector'];
  const labels = at(spec, 'template', 'metadata', 'labels');
  if (!isFields(selector)) causes.push(cause.required('spec.selector'));
  else if (!matchesSelector(selectorOf(selector), fieldsOf(labels) as Record<string, string>)) {
    const detail = '`selector` does not match template `labels`';
    causes.push(cause.invalid('spec.template.metadata.labels', labels ?? null, detail));
  }
  if (old && !same(selector, old.spec?.['selector'])) {
    causes.push(cause.invalid('spec.selector', selector ?? null, 'field is immutable'));
  }
  return [...causes, ...validatePodSpec(at(spec, 'template', 'spec'), 'spec.template.spec')];
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
