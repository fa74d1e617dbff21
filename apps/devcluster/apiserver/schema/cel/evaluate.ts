import { isDeepStrictEqual } from 'node:util';

import { Optional } from '@marcbachmann/cel-js';

import { type Cause } from '../../types.js';
import { child, duplicate, forbidden, invalid, OMITTED, required } from '../cause.js';
import { type JsonSchema, type ValidationRule } from '../json-schema.js';
import { alignLists } from './align.js';
import { type CompiledRule } from './compiled-rule.js';
import { type Declared } from './declared.js';
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
  const oldSelf = old === undefined ? undefined : convert(alignLists(old, value, schema));
  // A value that was stored so already is not refused for a rule that came later (ratcheting).
  const unchanged = old !== undefined && isDeepStrictEqual(value, old);
  return rules.flatMap((compiled) => {
    const { rule, usesOldSelf } = compiled;
    if (usesOldSelf && old === undefined && !rule.optionalOldSelf) return [];
    const former = rule.optionalOldSelf ? (old === undefined ? Optional.none() : Optional.of(oldSelf)) : oldSelf;
    const variables = { self, ...(former === undefined ? {} : { oldSelf: former }) };
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
    const { message, overload } = runtimeFault(error);
    const said = overload
      ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
      : `${message} evaluating rule: ${ruleText(rule)}`;
    return { cause: invalid(path, schema.type ?? '', said), broken: false };
  }
  const at = compiled.fieldPath ? joinPath(path, compiled.fieldPath) : path;
  const shown = schema.type === 'object' || schema.type === 'array' ? OMITTED : value;
  return { cause: reasoned(rule.reason, at, shown, messageOf(compiled, variables)), broken: true };
}

const joinPath = (path: string, below: string): string => (below.startsWith('[') ? path + below : child(path, below));

function reasoned(reason: string | undefined, path: string, value: unknown, detail: string): Cause {
  if (reason === 'FieldValueForbidden') return forbidden(path, detail);
  if (reason === 'FieldValueRequired') return required(path, detail);
  if (reason === 'FieldValueDuplicate') return duplicate(path, value);
  return invalid(path, value, detail);
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
