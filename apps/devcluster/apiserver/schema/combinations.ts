import { type Cause } from '../types.js';
import { invalid } from './cause.js';
import { type JsonSchema } from './json-schema.js';

type Validate = (value: unknown, schema: JsonSchema, path: string) => Cause[];

/** allOf, anyOf, oneOf and not. Their own faults have no path of their own in Kubernetes: the message names it. */
export function combinations(value: unknown, schema: JsonSchema, path: string, validate: Validate): Cause[] {
  const quoted = JSON.stringify(path);
  const faults: Cause[] = [];
  const results = (schemas: JsonSchema[]): Cause[][] => schemas.map((s) => validate(value, s, path));
  if (schema.anyOf?.length) {
    const each = results(schema.anyOf);
    if (each.every((f) => f.length > 0)) {
      faults.push(invalid('', '', `${quoted} must validate at least one schema (anyOf)`), ...fewest(each));
    }
  }
  if (schema.oneOf?.length) {
    const each = results(schema.oneOf);
    const valid = each.filter((f) => f.length === 0).length;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    if (valid !== 1) faults.push(invalid('', '', `${quoted} must validate one and only one schema (oneOf). ${found}`));
    if (valid === 0) faults.push(...fewest(each));
  }
  if (schema.allOf?.length) {
    const each = results(schema.allOf);
    faults.push(...each.flat());
    if (each.some((f) => f.length > 0)) {
      const none = each.every((f) => f.length > 0) ? '. None validated' : '';
      faults.push(invalid('', '', `${quoted} must validate all the schemas (allOf)${none}`));
    }
  }
  if (schema.not && validate(value, schema.not, path).length === 0) {
    faults.push(invalid('', '', `${quoted} must not validate the schema (not)`));
  }
  return faults;
}

/** The alternative that came nearest explains best. */
const fewest = (results: Cause[][]): Cause[] =>
  results.reduce((best, faults) => (faults.length < best.length ? faults : best));
