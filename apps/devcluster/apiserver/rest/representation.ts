import { type Call } from '../context.js';
import { type Fields, type KubeObject } from '../types.js';

/** The shape in which the client wants its answers. */
export interface Representation {
  one(object: KubeObject): unknown;
  list(objects: KubeObject[], plain: Fields): unknown;
  event(object: KubeObject): unknown;
}

export function representation(_call: Call): Representation {
  return { one: (object) => object, list: (_objects, plain) => plain, event: (object) => object };
}
