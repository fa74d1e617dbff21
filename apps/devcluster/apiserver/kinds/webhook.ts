import { ensure, isFields, recordsOf, setDefault, textOf, textsOf } from '../fields.js';
import { nameFault } from '../names.js';
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

const CHOICES = {
  failurePolicy: ['Fail', 'Ignore'],
  matchPolicy: ['Equivalent', 'Exact'],
  sideEffects: ['None', 'NoneOnDryRun'],
};
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** The main ones of k8s.io/kubernetes/pkg/apis/admissionregistration/validation, and what is not served here. */
function webhookFaults(webhook: Fields, at: string): Cause[] {
  const seconds = webhook['timeoutSeconds'] as number;
  const outOfRange = seconds > 30 || seconds < 1;
  return [
    ...nameFaults(textOf(webhook['name']), `${at}.name`),
    ...recordsOf(webhook['rules']).flatMap((rule, index) => ruleFaults(rule, `${at}.rules[${index}]`)),
    ...Object.entries(CHOICES).flatMap(([field, valid]) => choiceFaults(webhook[field], `${at}.${field}`, valid)),
    ...(outOfRange ? [cause.invalid(`${at}.timeoutSeconds`, seconds, 'must be between 1 and 30 seconds')] : []),
    ...clientConfigFaults(webhook['clientConfig'] as Fields, `${at}.clientConfig`),
    ...unservedFaults(webhook, at),
  ];
}

/** What webhooks may ask for in Kubernetes and cannot have here. */
function unservedFaults(webhook: Fields, at: string): Cause[] {
  const unserved = (field: string): Cause => cause.forbidden(`${at}.${field}`, 'not served by the embedded cluster');
  const versions = textsOf(webhook['admissionReviewVersions']);
  return [
    ...(recordsOf(webhook['matchConditions']).length > 0 ? [unserved('matchConditions')] : []),
    ...(webhook['reinvocationPolicy'] === 'IfNeeded' ? [unserved('reinvocationPolicy')] : []),
    ...(versions.includes('v1') ? [] : [cause.required(`${at}.admissionReviewVersions`, 'must include v1')]),
  ];
}

const choiceFaults = (value: unknown, field: string, valid: string[]): Cause[] =>
  valid.includes(value as string) ? [] : [cause.unsupported(field, value, valid)];

function nameFaults(name: string, field: string): Cause[] {
  const fault =
    name.split('.').length < 3 ? 'must be a domain of at least three segments' : nameFault(name, 'subdomain');
  return fault ? [cause.invalid(field, name, fault)] : [];
}

function ruleFaults(rule: Fields, at: string): Cause[] {
  const missing = ['operations', 'apiGroups', 'apiVersions', 'resources'].filter(
    (field) => textsOf(rule[field]).length === 0,
  );
  return [
    ...missing.map((field) => cause.required(`${at}.${field}`)),
    ...textsOf(rule['operations']).flatMap((operation, index) =>
      choiceFaults(operation, `${at}.operations[${index}]`, OPERATIONS),
    ),
    ...choiceFaults(rule['scope'], `${at}.scope`, SCOPES),
  ];
}

function clientConfigFaults({ url, service }: Fields, at: string): Cause[] {
  if ((url === undefined) === (service === undefined)) {
    return [cause.required(at, 'exactly one of url or service is required')];
  }
  if (isFields(service)) {
    return ['name', 'namespace']
      .filter((field) => !service[field])
      .map((field) => cause.required(`${at}.service.${field}`));
  }
  const valid = URL.parse(textOf(url))?.protocol === 'https:';
  return valid ? [] : [cause.invalid(`${at}.url`, url, 'must be a URL of the form https://host[/path]')];
}

const faults = (configuration: KubeObject): Cause[] =>
  recordsOf(configuration['webhooks']).flatMap((webhook, index) => webhookFaults(webhook, `webhooks[${index}]`));

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
