import { cause } from './status.js';
import { type Cause, type Strategy } from './types.js';

type Rule = NonNullable<Strategy['nameRule']>;

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const RULES: Record<Rule, { pattern: RegExp; detail: string; max: number }> = {
  subdomain: {
    pattern: new RegExp(`^${SUBDOMAIN}$`),
    detail:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      `and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
    max: 253,
  },
  label: {
    pattern: new RegExp(`^${LABEL}$`),
    detail:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
      `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
    max: 63,
  },
  path: { pattern: /^(?!\.{1,2}$)[^/%]*$/, detail: `may not contain '/'`, max: Number.POSITIVE_INFINITY },
};

/** Why a text is no name by this rule; undefined when it is one. */
export function nameFault(name: string, rule: Rule): string | undefined {
  const { pattern, detail, max } = RULES[rule];
  if (name.length > max) return `must be no more than ${max} characters`;
  return pattern.test(name) ? undefined : detail;
}

/** Faults of `metadata.name`, worded as Kubernetes words them. */
export function nameFaults(name: string, rule: Rule = 'subdomain'): Cause[] {
  const fault = nameFault(name, rule);
  return fault ? [cause.invalid('metadata.name', name, fault)] : [];
}

/** `app`, `example.org/app` */
const KEY = new RegExp(`^(${SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`);
const KEY_RULE =
  "must be a name of at most 63 alphanumeric characters, '-', '_' or '.', that starts and ends with an alphanumeric " +
  "character, with an optional DNS subdomain prefix and '/' (e.g. 'MyName', 'example.com/MyName')";
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const VALUE_RULE =
  "a valid label must be an empty string or at most 63 alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue', 'my_value', '12345')";

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
