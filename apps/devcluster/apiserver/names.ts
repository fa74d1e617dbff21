import { cause } from './status.js';
import { type Cause, type Strategy } from './types.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
  "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
  "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
  "'[a-z]([-a-z0-9]*[a-z0-9])?')";

const RULES: Record<string, { test: (name: string) => boolean; detail: string; max: number }> = {
  subdomain: { test: (name) => SUBDOMAIN.test(name), detail: SUBDOMAIN_RULE, max: 253 },
  label: { test: (name) => LABEL.test(name), detail: LABEL_RULE, max: 63 },
  dns1035: { test: (name) => DNS_1035.test(name), detail: DNS_1035_RULE, max: 63 },
  path: {
    test: (name) => name !== '.' && name !== '..' && !/[/%]/.test(name),
    detail: `may not contain '/' or '%'`,
    max: Number.POSITIVE_INFINITY,
  },
};

/** Faults of `metadata.name`, worded as Kubernetes words them. */
export function nameFaults(name: string, rule: NonNullable<Strategy['nameRule']> = 'subdomain'): Cause[] {
  const { test, detail, max } = RULES[rule] ?? { test: () => true, detail: '', max: 253 };
  const causes: Cause[] = [];
  if (name.length > max) causes.push(cause.invalid('metadata.name', name, `must be no more than ${max} characters`));
  if (!test(name)) causes.push(cause.invalid('metadata.name', name, detail));
  return causes;
}

const QUALIFIED =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Faults of labels and annotation keys. */
export function labelFaults(labels: Record<string, unknown> = {}, annotations: Record<string, unknown> = {}): Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (!QUALIFIED.test(key)) causes.push(cause.invalid('metadata.labels', key, KEY_RULE));
    const text = typeof value === 'string' ? value : '';
    if (text.length > 63) causes.push(cause.invalid('metadata.labels', text, 'must be no more than 63 characters'));
    if (!VALUE.test(text)) causes.push(cause.invalid('metadata.labels', text, VALUE_RULE));
  }
  for (const key of Object.keys(annotations)) {
    if (!QUALIFIED.test(key.toLowerCase())) causes.push(cause.invalid('metadata.annotations', key, KEY_RULE));
  }
  return causes;
}
