import { ensure, isFields, recordsOf, setDefault, textOf, textsOf } from '../fields.js';
import { nameFault } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';
import { selectorFaults } from './selector.js';
import { clientConfigFaults, conditionFaults, ruleFaults } from './webhook-parts.js';

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

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

/** Follows k8s.io/kubernetes/pkg/apis/admissionregistration/validation. */
function webhookFaults(webhook: Fields, at: string, mutating: boolean): Cause[] {
  const causes = [
    ...nameFaults(textOf(webhook['name']), `${at}.name`),
    ...recordsOf(webhook['rules']).flatMap((rule, index) => ruleFaults(rule, `${at}.rules[${index}]`)),
    ...choice(webhook, at, 'failurePolicy', ['Fail', 'Ignore']),
    ...choice(webhook, at, 'matchPolicy', ['Equivalent', 'Exact']),
  ];
  if (webhook['sideEffects'] === undefined) {
    causes.push(cause.required(`${at}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`));
  } else causes.push(...choice(webhook, at, 'sideEffects', SIDE_EFFECTS));
  const seconds = webhook['timeoutSeconds'] as number;
  if (seconds > 30 || seconds < 1) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    causes.push(cause.invalid(`${at}.timeoutSeconds`, seconds, detail));
  }
  causes.push(
    ...selectorFaults(webhook['namespaceSelector'], `${at}.namespaceSelector`),
    ...selectorFaults(webhook['objectSelector'], `${at}.objectSelector`),
    ...(mutating ? choice(webhook, at, 'reinvocationPolicy', ['IfNeeded', 'Never']) : []),
    ...clientConfigFaults(webhook['clientConfig'] as Fields, `${at}.clientConfig`),
    ...conditionFaults(recordsOf(webhook['matchConditions']), `${at}.matchConditions`),
    ...versionFaults(textsOf(webhook['admissionReviewVersions']), `${at}.admissionReviewVersions`),
  );
  return causes;
}

function choice(webhook: Fields, at: string, field: string, valid: string[]): Cause[] {
  const value = webhook[field];
  return valid.includes(value as string) ? [] : [cause.unsupported(`${at}.${field}`, value, valid)];
}

function nameFaults(name: string, field: string): Cause[] {
  if (!name) return [cause.required(field)];
  const fault = nameFault(name, 'subdomain');
  if (fault) return [cause.invalid(field, name, fault)];
  if (name.split('.').length >= 3) return [];
  return [cause.invalid(field, name, 'should be a domain with at least three segments separated by dots')];
}

function versionFaults(versions: string[], field: string): Cause[] {
  const words = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [cause.required(field, `must specify one of ${words}`)];
  const causes = versions.flatMap((version, index) => {
    if (versions.indexOf(version) < index) return [cause.invalid(`${field}[${index}]`, version, 'duplicate version')];
    const fault = nameFault(version, 'dns1035');
    return fault ? [cause.invalid(`${field}[${index}]`, version, fault)] : [];
  });
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return causes;
  return [...causes, cause.invalid(field, versions, `must include at least one of ${words}`)];
}

function configurationFaults(configuration: KubeObject, mutating: boolean): Cause[] {
  const seen = new Set<string>();
  return recordsOf(configuration['webhooks']).flatMap((webhook, index) => {
    const at = `webhooks[${index}]`;
    const causes = webhookFaults(webhook, at, mutating);
    const name = textOf(webhook['name']);
    if (name && seen.has(name)) causes.push(cause.duplicate(`${at}.name`, name));
    seen.add(name);
    return causes;
  });
}

export const validatingStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (configuration) => recordsOf(configuration['webhooks']).forEach(defaultWebhook),
  validate: (configuration) => configurationFaults(configuration, false),
};

export const mutatingStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (configuration) =>
    recordsOf(configuration['webhooks']).forEach((webhook) => {
      defaultWebhook(webhook);
      setDefault(webhook, 'reinvocationPolicy', 'Never');
    }),
  validate: (configuration) => configurationFaults(configuration, true),
};
