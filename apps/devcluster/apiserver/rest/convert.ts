import { apiVersionOf } from '../registry.js';
import { type KubeObject, type ResourceDef } from '../types.js';

/** The stored object as this version shows it. Shares what it can: not to be changed. */
export function present(def: ResourceDef, stored: KubeObject): KubeObject {
  if (def.convert) return { ...def.convert.fromStorage(structuredClone(stored)), apiVersion: apiVersionOf(def) };
  const apiVersion = apiVersionOf(def);
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion };
}

/** The object as it is stored; takes the argument over. */
export function toStorage(def: ResourceDef, object: KubeObject): KubeObject {
  if (def.convert) return { ...def.convert.toStorage(object), apiVersion: 'v1' };
  return { ...object, apiVersion: apiVersionOf({ group: def.group, version: def.storageVersion }) };
}
