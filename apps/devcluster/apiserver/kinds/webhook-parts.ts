import { conditionFault } from '../admission/webhooks/conditions.js';
import { fieldsOf, isFields, textOf, textsOf } from '../fields.js';
import { labelKeyFaults, nameFault } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MAX_CONDITIONS = 64;

/** A list that must say something, and where `*` stands alone. */
function listFaults(rule: Fields, at: string, name: string, what: string): Cause[] {
  const field = `${at}.${name}`;
  const list = textsOf(rule[name]);
  if (list.length === 0) return [cause.required(field)];
  if (list.length === 1 || !list.includes('*')) return [];
  return [cause.invalid(field, list, `if '*' is present, must not specify other ${what}`)];
}

export function ruleFaults(rule: Fields, at: string): Cause[] {
  const empty = textsOf(rule['apiVersions']).flatMap((version, index) =>
    version ? [] : [cause.required(`${at}.apiVersions[${index}]`)],
  );
  const scope = textOf(rule['scope']);
  return [
    ...listFaults(rule, at, 'operations', 'operations'),
    ...textsOf(rule['operations']).flatMap((operation, index) =>
      OPERATIONS.includes(operation) ? [] : [cause.unsupported(`${at}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...listFaults(rule, at, 'apiGroups', 'API groups'),
    ...listFaults(rule, at, 'apiVersions', 'API versions'),
    ...empty,
    ...resourceFaults(textsOf(rule['resources']), `${at}.resources`),
    ...(SCOPES.includes(scope) ? [] : [cause.unsupported(`${at}.scope`, scope, SCOPES)]),
  ];
}

function resourceFaults(resources: string[], field: string): Cause[] {
  if (resources.length === 0) return [cause.required(field)];
  const causes: Cause[] = [];
  const before = new Set<string>();
  resources.forEach((entry, index) => {
    const at = `${field}[${index}]`;
    if (!entry) causes.push(cause.required(at));
    const [resource, subresource] = entry.split(/\/(.*)/s);
    if (subresource === undefined) return;
    for (const covering of [`${resource}/*`, `*/${subresource}`]) {
      if (before.has(covering)) {
        causes.push(cause.invalid(at, entry, `if '${covering}' is present, must not specify ${entry}`));
      }
    }
    before.add(entry);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    causes.push(cause.invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && resources.some((entry) => entry !== '*' && !entry.includes('/'))) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    causes.push(cause.invalid(field, resources, detail));
  }
  return causes;
}

export function clientConfigFaults(config: Fields, at: string): Cause[] {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined)) {
    return [cause.required(at, 'exactly one of url or service is required')];
  }
  return isFields(service) ? serviceFaults(service, `${at}.service`) : urlFaults(textOf(url), `${at}.url`);
}

/** The parts of a URL, without judging them. */
const URL_PARTS = /^(?:([^:/?#]+):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/;
const FORM = '; desired format: https://host[/path]';

function urlFaults(url: string, field: string): Cause[] {
  const [, scheme = '', user, host = '', query, fragment] = URL_PARTS.exec(url) ?? [];
  const faults: [boolean, string, string][] = [
    [scheme !== 'https', scheme, `'https' is the only allowed URL scheme${FORM}`],
    [host === '', host, `host must be specified${FORM}`],
    [user !== undefined, user ?? '', 'user information is not permitted in the URL'],
    [!!fragment, fragment ?? '', 'fragments are not permitted in the URL'],
    [!!query, query ?? '', 'query parameters are not permitted in the URL'],
  ];
  return faults.flatMap(([wrong, value, detail]) => (wrong ? [cause.invalid(field, value, detail)] : []));
}

function serviceFaults(service: Fields, at: string): Cause[] {
  const causes: Cause[] = [];
  if (!service['name']) causes.push(cause.required(`${at}.name`));
  if (!service['namespace']) causes.push(cause.required(`${at}.namespace`));
  const port = service['port'] as number;
  if (port < 1 || port > 65_535) {
    causes.push(cause.invalid(`${at}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  }
  return [...causes, ...pathFaults(textOf(service['path']), `${at}.path`)];
}

function pathFaults(path: string, field: string): Cause[] {
  if (path === '' || path === '/') return [];
  const fault = (detail: string): Cause => cause.invalid(field, path, detail);
  if (path === '//') return [fault('segment[0] may not be empty')];
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(path.startsWith('/') ? [] : [fault("must start with a '/'")]),
    ...steps.flatMap((step, index) => {
      if (step === '') return [fault(`segment[${index}] may not be empty`)];
      const wrong = nameFault(step, 'subdomain');
      return wrong ? [fault(`segment[${index}]: ${wrong}`)] : [];
    }),
  ];
}

export function conditionFaults(conditions: Fields[], at: string): Cause[] {
  const causes = conditions.length > MAX_CONDITIONS ? [cause.tooMany(at, conditions.length, MAX_CONDITIONS)] : [];
  const seen = new Set<string>();
  conditions.forEach((condition, index) => {
    const { name, expression } = fieldsOf(condition);
    const field = `${at}[${index}]`;
    const source = textOf(expression).trim();
    const fault = source === '' ? '' : conditionFault(source);
    if (fault === '') causes.push(cause.required(`${field}.expression`));
    else if (fault !== undefined) causes.push(cause.invalid(`${field}.expression`, source, fault));
    const own = textOf(name);
    if (own === '') causes.push(cause.required(`${field}.name`));
    else for (const detail of labelKeyFaults(own)) causes.push(cause.invalid(`${field}.name`, own, detail));
    if (own && seen.has(own)) causes.push(cause.duplicate(`${field}.name`, own));
    seen.add(own);
  });
  return causes;
}
