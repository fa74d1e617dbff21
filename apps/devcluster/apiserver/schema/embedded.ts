import { type Cause } from '../types.js';
import { child, index, invalid, key, required } from './cause.js';
import { isObject, type JsonSchema, mapValues, property } from './json-schema.js';

const KIND = /^[a-z]([-a-z0-9]*[a-z0-9])?$/i;

/** apiVersion and kind of `x-kubernetes-embedded-resource` objects. */
export function validateEmbedded(value: unknown, schema: JsonSchema, path: string): Cause[] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return items ? value.flatMap((item, i) => validateEmbedded(item, items, index(path, i))) : [];
  }
  if (!isObject(value)) return [];
  const own = schema['x-kubernetes-embedded-resource'] ? typeFaults(value, path) : [];
  return Object.entries(value).reduce((faults, [name, item]) => {
    const sub = property(schema, name);
    if (sub) return [...faults, ...validateEmbedded(item, sub, child(path, name))];
    const values = mapValues(schema);
    return values ? [...faults, ...validateEmbedded(item, values, key(path, name))] : faults;
  }, own);
}

function typeFaults(value: Record<string, unknown>, path: string): Cause[] {
  const faults: Cause[] = [];
  for (const name of ['apiVersion', 'kind']) {
    const text = value[name];
    if (text === undefined) faults.push(required(child(path, name)));
    else if (typeof text !== 'string') faults.push(invalid(child(path, name), text, 'must be a string'));
    else if (text === '') faults.push(invalid(child(path, name), text, 'must not be empty'));
    else if (name === 'kind' && !KIND.test(text)) {
      faults.push(
        invalid(
          child(path, name),
          text,
          "may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        ),
      );
    }
  }
  return faults;
}
