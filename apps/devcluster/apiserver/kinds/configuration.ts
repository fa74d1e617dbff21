import { fieldsOf, isFields, same, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';

const REQUIRED_KEYS: Record<string, string[]> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const IMMUTABLE = 'field is immutable when `immutable` is set';

function validateKeys(object: KubeObject, list: string): Cause[] {
  const detail =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(fieldsOf(object[list]))
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
    .map((key) => cause.invalid(`${list}[${key}]`, key, detail));
}

function validateImmutable(object: KubeObject, old: KubeObject | undefined, lists: string[]): Cause[] {
  if (old?.['immutable'] !== true) return [];
  const causes = lists.filter((list) => !same(object[list], old[list])).map((list) => cause.forbidden(list, IMMUTABLE));
  return object['immutable'] === true ? causes : [cause.forbidden('immutable', IMMUTABLE), ...causes];
}

export const secretStrategy: Strategy = {
  defaults(secret) {
    setDefault(secret, 'type', 'Opaque');
    const plain = secret['stringData'];
    if (!isFields(plain)) return;
    const folded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(textOf(value)).toString('base64')]);
    secret['data'] = { ...fieldsOf(secret['data']), ...(Object.fromEntries(folded) as Record<string, string>) };
    delete secret['stringData'];
  },
  validate(secret, old) {
    const causes = validateKeys(secret, 'data');
    for (const key of REQUIRED_KEYS[textOf(secret['type'])] ?? []) {
      if (!Object.hasOwn(fieldsOf(secret['data']), key)) causes.push(cause.required(`data[${key}]`));
    }
    if (old && secret['type'] !== old['type']) {
      causes.push(cause.invalid('type', secret['type'], 'field is immutable'));
    }
    return [...causes, ...validateImmutable(secret, old, ['data'])];
  },
};

export const configMapStrategy: Strategy = {
  validate: (map, old) => [
    ...validateKeys(map, 'data'),
    ...validateKeys(map, 'binaryData'),
    ...validateImmutable(map, old, ['data', 'binaryData']),
  ],
};
