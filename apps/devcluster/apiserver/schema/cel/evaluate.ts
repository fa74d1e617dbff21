import { isDeepStrictEqual } from 'node:util';

import { cause } from '../../status.js';
import { type Cause } from '../../types.js';
import { child } from '../paths.js';
import { type JsonSchema, type ValidationRule } from '../json-schema.js';
import { type CompiledRule } from './compiled-rule.js';
import { type Declared } from './declare.js';
import { runtimeFault } from './errors.js';

/** Runs the rules of one node on one value. Faults are worded as apiextensions-apiserver words them. */
export function evaluate(
  rules: CompiledRule[],
  schema: JsonSchema,
  declared: Declared | undefined,
  value: unknown,
  old: unknown,
  path: string,
): Cause[] {
  if (rules.length === 0) return [];
  const convert = declared ? declared.convert.bind(declared) : (v: unknown): unknown => v;
  const self = convert(value);
  const oldSelf = old === undefined ? undefined : convert(old);
  // A value that was stored so already is not refused for a rule that came later (ratcheting).
  const unchanged = old !== undefined && isDeepStrictEqual(value, old);
  return rules.flatMap((compiled) => {
    const { usesOldSelf } = compiled;
    if (usesOldSelf && old === undefined) return [];
    const variables = { self, ...(oldSelf === undefined ? {} : { oldSelf }) };
    const fault = runRule(compiled, schema, variables, value, path);
    return fault && !(unchanged && !usesOldSelf && fault.broken) ? [fault.cause] : [];
  });
}

interface Fault {
  cause: Cause;
  /** The rule said no (rather than: it could not be run). */
  broken: boolean;
}

function runRule(
  compiled: CompiledRule,
  schema: JsonSchema,
  variables: Record<string, unknown>,
  value: unknown,
  path: string,
): Fault | undefined {
  const { rule } = compiled;
  try {
    if (compiled.program(variables) === true) return undefined;
  } catch (error) {
    const said = `${runtimeFault(error)} evaluating rule: ${ruleText(rule)}`;
    return { cause: cause.invalid(path, schema.type ?? '', said), broken: false };
  }
  const at = compiled.fieldPath ? child(path, compiled.fieldPath) : path;
  return { cause: reasoned(rule.reason, at, value, messageOf(compiled, variables)), broken: true };
}

/** Kubernetes repeats the value of a scalar in the message, not that of an object or list. */
function reasoned(reason: string | undefined, path: string, value: unknown, detail: string): Cause {
  if (reason === 'FieldValueForbidden') return cause.forbidden(path, detail);
  if (reason === 'FieldValueRequired') return cause.required(path, detail);
  if (typeof value !== 'object') return cause.invalid(path, value, detail);
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${detail}`, field: path };
}

const ruleText = (rule: ValidationRule): string => (rule.message ?? rule.rule).trim();

/** The message expression where it gives one line of text, else the message, else the rule itself. */
function messageOf(compiled: CompiledRule, variables: Record<string, unknown>): string {
  const { rule, message } = compiled;
  if (message) {
    try {
      const text = message(variables);
      if (typeof text === 'string' && text.trim() && !text.trim().includes('\n')) return text.trim();
    } catch {
      // An expression that fails says nothing: the fixed message is for that.
    }
  }
  return rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;
}
