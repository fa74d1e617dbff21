import { fieldsOf, isFields, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';

/** Keys become names of files where a pod mounts the object. */
const keyFaults = (object: KubeObject, list: string): Cause[] =>
  Object.keys(fieldsOf(object[list]))
    .filter((key) => !/^(?!\.{1,2}$)[-._a-zA-Z0-9]{1,253}$/.test(key))
    .map((key) => cause.invalid(`${list}[${key}]`, key, 'must be a file name of [-._a-zA-Z0-9]+'));

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
    const { type } = secret;
    const changed = old && type !== old['type'] ? [cause.invalid('type', type, 'field is immutable')] : [];
    return [...keyFaults(secret, 'data'), ...changed];
  },
};

export const configMapStrategy: Strategy = {
  validate: (map) => [...keyFaults(map, 'data'), ...keyFaults(map, 'binaryData')],
};
