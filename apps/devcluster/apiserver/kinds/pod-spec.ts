import { fieldsOf, recordsOf, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';
import { filled, needed } from './faults.js';

/** What the controllers and the node cannot do without: containers with names of their own, images, and known volumes. */
export function validatePodSpec(value: unknown, path: string): Cause[] {
  const spec = fieldsOf(value);
  const volumes = new Set(recordsOf(spec['volumes']).map(({ name }) => textOf(name)));
  const taken = new Set<string>();
  return [
    ...filled(`${path}.containers`, spec['containers']),
    ...['containers', 'initContainers'].flatMap((list) =>
      recordsOf(spec[list]).flatMap((container, index) =>
        containerFaults(container, `${path}.${list}[${index}]`, volumes, taken),
      ),
    ),
  ];
}

function containerFaults(container: Fields, field: string, volumes: ReadonlySet<string>, taken: Set<string>): Cause[] {
  const name = textOf(container['name']);
  const twice = name && taken.has(name) ? [cause.duplicate(`${field}.name`, name)] : [];
  taken.add(name);
  const mounts = recordsOf(container['volumeMounts']).flatMap((mount, index) =>
    volumes.has(textOf(mount['name'])) ? [] : [cause.notFound(`${field}.volumeMounts[${index}].name`, mount['name'])],
  );
  return [...needed(`${field}.name`, name), ...twice, ...needed(`${field}.image`, container['image']), ...mounts];
}
