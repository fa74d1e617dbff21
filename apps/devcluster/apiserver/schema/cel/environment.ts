import { Environment } from '@marcbachmann/cel-js';

import { LIST_NAMES, registerLists } from './lists.js';
import { registerNet } from './net.js';
import { registerStrings, STRING_NAMES } from './strings.js';

/** See `rename`. */
export const NAMES: ReadonlyMap<string, string> = new Map([...STRING_NAMES, ...LIST_NAMES]);

let base: Environment | undefined;

/** A new environment with everything that Kubernetes' rules may call; variables and types are for the caller to add. */
export function newEnvironment(): Environment {
  if (!base) {
    base = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
    registerStrings(base);
    registerLists(base);
    registerNet(base);
  }
  return base.clone();
}
