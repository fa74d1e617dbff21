import { Environment } from '@marcbachmann/cel-js';
import { registerStrings } from './strings.js';

let base: Environment | undefined;

/** A new environment with everything that rules may call; variables and types are for the caller to add. */
export function newEnvironment(): Environment {
  if (!base) {
    base = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
    registerStrings(base);
  }
  return base.clone();
}
