import { cause } from './status.js';
import { type Cause, type Strategy } from './types.js';

type Rule = NonNullable<Strategy['nameRule']>;

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const RULES: Record<Rule, { pattern: RegExp; detail: string; max: number }> = {
  subdomain: {
    pattern: new RegExp(`^${SUBDOMAIN}$`),
    detail: "must be a lowercase RFC 1123 subdomain: letters, digits, '-' and '.', like example.com",
    max: 253,
  },
  label: {
    pattern: new RegExp(`^${LABEL}$`),
    detail: "must be a lowercase RFC 1123 label: letters, digits and '-', like my-name",
    max: 63,
  },
  path: { pattern: /^(?!\.{1,2}$)[^/%]*$/, detail: `may not contain '/'`, max: Number.POSITIVE_INFINITY },
};

/** Faults of `metadata.name`. */
export function nameFaults(name: string, rule: Rule = 'subdomain'): Cause[] {
  const { pattern, detail, max } = RULES[rule];
  if (name.length > max) return [cause.invalid('metadata.name', name, `must be no more than ${max} characters`)];
  return pattern.test(name) ? [] : [cause.invalid('metadata.name', name, detail)];
}

/** `app`, `example.org/app` */
const KEY = new RegExp(`^(${SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`);
const KEY_RULE = 'must be a qualified name, like MyName or example.com/MyName';
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const VALUE_RULE = "a valid label must be empty, or letters, digits, '-', '_' and '.', like my_value";

/** Faults of labels and of the keys of annotations. */
export function labelFaults(labels: Record<string, unknown> = {}, annotations: Record<string, unknown> = {}): Cause[] {
  const keyFaults = (field: string, keys: string[]): Cause[] =>
    keys.filter((key) => !KEY.test(key)).map((key) => cause.invalid(field, key, KEY_RULE));
  return [
    ...keyFaults('metadata.labels', Object.keys(labels)),
    ...Object.values(labels)
      .filter((value) => !VALUE.test(String(value)))
      .map((value) => cause.invalid('metadata.labels', value, VALUE_RULE)),
    ...keyFaults('metadata.annotations', Object.keys(annotations)),
  ];
}
