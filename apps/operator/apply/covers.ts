import { isDeepStrictEqual } from 'node:util';

/**
 * Lists whose entries have owners of their own, and the fields that tell the entries apart, as Kubernetes' OpenAPI says
 * (`x-kubernetes-list-map-keys`), for what the operator applies. Any other list has one owner.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  'metadata.ownerReferences': ['uid'],
  // Of a Service.
  'spec.ports': ['port', 'protocol'],
  'spec.template.spec.containers': ['name'],
  'spec.template.spec.containers.env': ['name'],
  'spec.template.spec.containers.ports': ['containerPort', 'protocol'],
  'spec.template.spec.containers.volumeMounts': ['mountPath'],
  'spec.template.spec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
  'spec.template.spec.volumes': ['name'],
};
/** Maps that have one owner (`x-kubernetes-map-type: atomic`). */
const WHOLE: ReadonlySet<string> = new Set(['spec.selector', 'spec.podSelector']);

/**
 * Does `live` hold everything that `wanted` says, so that server-side apply would change nothing? What others own does
 * not matter: fields beyond it (defaults, status), and entries of lists that have merge keys.
 * @param path of the two in their object, without indexes
 */
export function covers(live: unknown, wanted: unknown, path = ''): boolean {
  if (Array.isArray(wanted)) return coversList(live, wanted, path);
  if (typeof wanted === 'object' && wanted !== null) {
    if (WHOLE.has(path)) return isDeepStrictEqual(live, wanted);
    const has = isMap(live) ? live : {};
    return Object.entries(wanted).every(([name, value]) => covers(has[name], value, path ? `${path}.${name}` : name));
  }
  // The API server leaves out what is empty.
  return Object.is(live, wanted) || (live === undefined && (wanted === '' || wanted === undefined));
}

function coversList(live: unknown, wanted: readonly unknown[], path: string): boolean {
  if (!Array.isArray(live)) return wanted.length === 0 && live === undefined;
  const keys = MERGE_KEYS[path];
  if (!keys) return live.length === wanted.length && wanted.every((entry, index) => covers(live[index], entry, path));
  return wanted.every((entry) =>
    covers(
      live.find((other) => isSame(other, entry, keys)),
      entry,
      path,
    ),
  );
}

function isSame(a: unknown, b: unknown, keys: readonly string[]): boolean {
  return isMap(a) && isMap(b) && keys.every((key) => a[key] === b[key]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
