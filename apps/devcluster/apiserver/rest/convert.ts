import { apiVersionOf } from '../registry.js';
import { type KubeObject, type ResourceDef } from '../types.js';

const shown = new WeakMap<KubeObject, { def: ResourceDef; object: KubeObject }>();

/** The stored object as this version shows it. Shares what it can: not to be changed. */
export function present(def: ResourceDef, stored: KubeObject): KubeObject {
  if (!def.schema && stored.apiVersion === apiVersionOf(def)) return stored;
  const known = shown.get(stored);
  if (known?.def === def) return known.object;
  const object = converted(def, stored);
  shown.set(stored, { def, object });
  return object;
}

/** An object may be older than its schema: unknown fields go and new defaults come when it is read. */
function converted(def: ResourceDef, stored: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(def);
  const object = stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion };
  if (!def.schema) return object;
  return def.schema.default(def.schema.prune(object));
}

/** The object as it is stored; takes the argument over. */
export const toStorage = (def: ResourceDef, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf({ group: def.group, version: def.storageVersion }),
});
