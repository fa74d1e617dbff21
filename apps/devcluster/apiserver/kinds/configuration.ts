import { fieldsOf, isFields, same, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';

const REQUIRED_KEYS: Record<string, string[]> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};
const ACCOUNT = 'kubernetes.io/service-account.name';
const LIMIT = 1024 * 1024;

/** All of an object's data together has a limit, counted in decoded bytes; the fault of a config map names no field. */
function sizeFaults(object: KubeObject): Cause[] {
  const secret = object.kind === 'Secret';
  const size = bytesIn(object['data'], secret ? 'base64' : 'utf8') + bytesIn(object['binaryData'], 'base64');
  return size > LIMIT ? [cause.tooLong(secret ? 'data' : '', LIMIT)] : [];
}

const bytesIn = (data: unknown, encoding: BufferEncoding): number =>
  Object.values(fieldsOf(data)).reduce<number>((sum, value) => sum + Buffer.byteLength(textOf(value), encoding), 0);

/** What secrets of some types cannot do without. */
function typeFaults(secret: KubeObject): Cause[] {
  const type = textOf(secret['type']);
  const data = fieldsOf(secret['data']);
  const missing = (REQUIRED_KEYS[type] ?? [])
    .filter((key) => !Object.hasOwn(data, key))
    .map((key) => cause.required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && !data['username'] && !data['password']) {
    missing.push(cause.required('data[username]'), cause.required('data[password]'));
  }
  if (type === 'kubernetes.io/service-account-token' && !secret.metadata.annotations?.[ACCOUNT]) {
    missing.push(cause.required(`metadata.annotations[${ACCOUNT}]`));
  }
  const json = { 'kubernetes.io/dockerconfigjson': '.dockerconfigjson', 'kubernetes.io/dockercfg': '.dockercfg' }[type];
  const text = json === undefined ? '' : Buffer.from(textOf(data[json]), 'base64').toString('utf8').trim();
  if (json === undefined || text === '' || text.startsWith('{')) return missing;
  const detail = `invalid character '${text[0]!}' looking for beginning of value`;
  return [...missing, cause.invalid(`data[${json}]`, '<secret contents redacted>', detail)];
}

const IMMUTABLE = 'field is immutable when `immutable` is set';

function validateKeys(object: KubeObject, list: string): Cause[] {
  const detail =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(fieldsOf(object[list])).flatMap((key) => {
    if (key === '.' || key === '..') return [cause.invalid(`${list}[${key}]`, key, `must not be '${key}'`)];
    return /^[-._a-zA-Z0-9]{1,253}$/.test(key) ? [] : [cause.invalid(`${list}[${key}]`, key, detail)];
  });
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
    causes.push(...typeFaults(secret), ...sizeFaults(secret));
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
    ...Object.keys(fieldsOf(map['data']))
      .filter((key) => Object.hasOwn(fieldsOf(map['binaryData']), key))
      .map((key) => cause.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...sizeFaults(map),
    ...validateImmutable(map, old, ['data', 'binaryData']),
  ],
};
