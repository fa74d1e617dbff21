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
    detail: `may not contain '/'`,
    max: Number.POSITIVE_INFINITY,
  },
};

/** Faults of `metadata.name`, worded as Kubernetes words them. */
export function nameFaults(name: string, rule: NonNullable<Strategy['nameRule']> = 'subdomain'): Cause[] {
  const { test, detail, max } = RULES[rule] ?? { test: () => true, detail: '', max: 253 };
  const causes: Cause[] = [];
  if (name.length > max) causes.push(cause.invalid('metadata.name', name, `must be no more than ${max} characters`));
  const dotted = (rule === 'label' || rule === 'dns1035') && name.includes('.');
  if (dotted) causes.push(cause.invalid('metadata.name', name, 'must not contain dots'));
  else if (!test(name)) causes.push(cause.invalid('metadata.name', name, detail));
  return causes;
}

const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const PREFIX_RULE = `prefix part ${SUBDOMAIN_RULE}`;
const SEGMENT = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Why a text is no key of a label or annotation (`name`, `example.org/name`). */
export function labelKeyFaults(key: string): string[] {
  const [prefix, name = '', ...more] = key.includes('/') ? key.split('/') : [undefined, key];
  if (more.length > 0) {
    return [
      `a qualified name ${KEY_RULE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const faults: string[] = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined && !SUBDOMAIN.test(prefix)) faults.push(PREFIX_RULE);
  if (name === '') faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push('name part must be no more than 63 characters');
  if (!SEGMENT.test(name)) faults.push(KEY_RULE);
  return faults;
}

/** Why a text is no value of a label. */
export function labelFault(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 bytes';
  return VALUE.test(value) ? undefined : VALUE_RULE;
}

const ANNOTATIONS_LIMIT = 256 * 1024;

/** Faults of labels and annotation keys. */
export function labelFaults(labels: Record<string, unknown> = {}, annotations: Record<string, unknown> = {}): Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const fault of labelKeyFaults(key)) causes.push(cause.invalid('metadata.labels', key, fault));
    const text = typeof value === 'string' ? value : '';
    const fault = labelFault(text);
    if (fault) causes.push(cause.invalid('metadata.labels', text, fault));
  }
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const fault of labelKeyFaults(key.toLowerCase()))
      causes.push(cause.invalid('metadata.annotations', key, fault));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > ANNOTATIONS_LIMIT) causes.push(cause.tooLong('metadata.annotations', ANNOTATIONS_LIMIT));
  return causes;
}

/** Why a text is no DNS-1123 label, subdomain or DNS-1035 label; undefined when it is one. */
export function nameFault(text: string, rule: NonNullable<Strategy['nameRule']>): string | undefined {
  const [first] = nameFaults(text, rule);
  return first?.message.replace(/^Invalid value: "(?:[^"\\]|\\.)*": /, '');
}
