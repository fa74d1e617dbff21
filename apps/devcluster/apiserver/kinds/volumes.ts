import { fieldsOf, isFields, recordsOf, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';
import { named, needed } from './faults.js';

const MODES = 'must be a number between 0 and 0777 (octal), both inclusive';

/** What each source cannot do without. */
const NEEDED: Record<string, string> = {
  secret: 'secretName',
  configMap: 'name',
  hostPath: 'path',
  persistentVolumeClaim: 'claimName',
};

/** Follows ValidateVolumes of k8s.io/kubernetes/pkg/apis/core/validation. */
export function volumeFaults(volumes: Fields[], path: string): Cause[] {
  const seen = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const field = `${path}[${index}]`;
    const name = textOf(volume['name']);
    const causes = name ? named(`${field}.name`, name, 'label') : [cause.required(`${field}.name`)];
    if (name && seen.has(name)) causes.push(cause.duplicate(`${field}.name`, name));
    seen.add(name);
    return [...causes, ...sourceFaults(volume, field)];
  });
}

function sourceFaults(volume: Fields, field: string): Cause[] {
  const [, ...more] = Object.keys(volume).filter((key) => key !== 'name');
  const causes = more.map((key) => cause.forbidden(`${field}.${key}`, 'may not specify more than 1 volume type'));
  if (causes.length > 0) return causes;
  for (const [source, wanted] of Object.entries(NEEDED)) {
    const value = volume[source];
    if (isFields(value)) causes.push(...needed(`${field}.${source}.${wanted}`, value[wanted]));
  }
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const value = volume[source];
    if (isFields(value)) causes.push(...fileFaults(value, `${field}.${source}`, source !== 'downwardAPI'));
  }
  return causes;
}

function fileFaults(source: Fields, field: string, keyed: boolean): Cause[] {
  const mode = source['defaultMode'];
  const causes: Cause[] = [];
  if (typeof mode === 'number' && (mode < 0 || mode > 0o777)) {
    causes.push(cause.invalid(`${field}.defaultMode`, mode, MODES));
  }
  recordsOf(source['items']).forEach((item, index) => {
    const at = `${field}.items[${index}]`;
    const path = textOf(fieldsOf(item)['path']);
    if (keyed) causes.push(...needed(`${at}.key`, item['key']));
    causes.push(...needed(`${at}.path`, path));
    if (path.startsWith('/')) causes.push(cause.invalid(`${at}.path`, path, 'must be a relative path'));
    if (path.split('/').includes('..')) causes.push(cause.invalid(`${at}.path`, path, "must not contain '..'"));
  });
  return causes;
}
