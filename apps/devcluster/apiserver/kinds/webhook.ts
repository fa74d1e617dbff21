import { ensure, isFields, recordsOf, setDefault, textsOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';

/** Follows k8s.io/kubernetes/pkg/apis/admissionregistration/v1/defaults.go. */
function defaultWebhook(webhook: Fields): void {
  setDefault(webhook, 'failurePolicy', 'Fail');
  setDefault(webhook, 'matchPolicy', 'Equivalent');
  setDefault(webhook, 'namespaceSelector', {});
  setDefault(webhook, 'objectSelector', {});
  setDefault(webhook, 'timeoutSeconds', 10);
  for (const rule of recordsOf(webhook['rules'])) setDefault(rule, 'scope', '*');
  const service = ensure(webhook, 'clientConfig')['service'];
  if (isFields(service)) setDefault(service, 'port', 443);
}

/** What a webhook may ask for in Kubernetes and cannot have here; the rest is taken as it is sent. */
function unservedFaults(webhook: Fields, at: string): Cause[] {
  const unserved = (field: string): Cause => cause.forbidden(`${at}.${field}`, 'not served by the embedded cluster');
  const versions = textsOf(webhook['admissionReviewVersions']);
  return [
    ...(recordsOf(webhook['matchConditions']).length > 0 ? [unserved('matchConditions')] : []),
    ...(webhook['reinvocationPolicy'] === 'IfNeeded' ? [unserved('reinvocationPolicy')] : []),
    ...(versions.includes('v1') ? [] : [cause.required(`${at}.admissionReviewVersions`, 'must include v1')]),
  ];
}

const faults = (configuration: KubeObject): Cause[] =>
  recordsOf(configuration['webhooks']).flatMap((webhook, index) => unservedFaults(webhook, `webhooks[${index}]`));

export const validatingStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (configuration) => recordsOf(configuration['webhooks']).forEach(defaultWebhook),
  validate: faults,
};

export const mutatingStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (configuration) =>
    recordsOf(configuration['webhooks']).forEach((webhook) => {
      defaultWebhook(webhook);
      setDefault(webhook, 'reinvocationPolicy', 'Never');
    }),
  validate: faults,
};
