import { type Environment } from '@marcbachmann/cel-js';

import { type Cause } from '../../types.js';
import { child, index, invalid, notSupported, required } from '../cause.js';
import { type JsonSchema, type ValidationRule } from '../json-schema.js';
import { compile, type Program } from './cel-js.js';
import { NAMES } from './environment.js';
import { compileFault, isUnknownVariable } from './errors.js';
import { normalizeFieldPath } from './field-path.js';

export interface CompiledRule {
  rule: ValidationRule;
  program: Program;
  message?: Program;
  /** A transition rule: it runs where there is a former value. */
  usesOldSelf: boolean;
  /** `.spec.x` of the rule, as a path below the node. */
  fieldPath: string;
}

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** Where rules are compiled: with and without `oldSelf`, and with an optional one. */
export interface RuleScope {
  self: Environment;
  transition: Environment;
  optional: Environment;
}

/**
 * Compiles the rules of one schema node.
 * @param correlatable false below lists that have no keys, where `oldSelf` cannot be found
 * @param faults gets what Kubernetes would refuse the CRD for
 */
export function compileRules(
  schema: JsonSchema,
  scope: RuleScope,
  path: string,
  correlatable: boolean,
  faults: Cause[],
): CompiledRule[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) => {
    const at = index(child(path, 'x-kubernetes-validations'), i);
    const own = wordFaults(rule, at);
    if (own.length > 0) {
      faults.push(...own);
      return [];
    }
    const compiled = compileRule(rule, schema, scope, at, correlatable, faults);
    return compiled ? [compiled] : [];
  });
}

function wordFaults(rule: ValidationRule, at: string): Cause[] {
  const faults: Cause[] = [];
  const source = (rule.rule ?? '').trim();
  const message = (rule.message ?? '').trim();
  if (!source) faults.push(required(child(at, 'rule'), 'rule is not specified'));
  else if (rule.message && !message) {
    faults.push(invalid(child(at, 'message'), rule.message, 'must be non-empty if specified'));
  } else if (/[\n\r]/.test(message)) {
    faults.push(invalid(child(at, 'message'), rule.message, 'must not contain line breaks'));
  } else if (/[\n\r]/.test(source) && !message) {
    faults.push(required(child(at, 'message'), 'message must be specified if rule contains line breaks'));
  }
  if (rule.reason !== undefined && !REASONS.includes(rule.reason)) {
    faults.push(notSupported(child(at, 'reason'), rule.reason, REASONS));
  }
  return faults;
}

function compileRule(
  rule: ValidationRule,
  schema: JsonSchema,
  scope: RuleScope,
  at: string,
  correlatable: boolean,
  faults: Cause[],
): CompiledRule | undefined {
  const usesOldSelf = mentionsOldSelf(rule.rule, scope.self);
  const env = rule.optionalOldSelf ? scope.optional : scope.transition;
  const where = child(at, 'rule');
  const program = tryCompile(env, rule.rule, 'bool', (detail) => faults.push(invalid(where, rule, detail)));
  if (!program) return undefined;
  if (usesOldSelf && !correlatable) {
    faults.push(invalid(where, rule.rule, 'oldSelf cannot be used on the uncorrelatable portion of the schema'));
  }
  if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule';
    faults.push(invalid(child(at, 'optionalOldSelf'), rule.optionalOldSelf, detail));
  }
  const fieldPath = rule.fieldPath ? normalizeFieldPath(rule.fieldPath, schema) : '';
  if (fieldPath === undefined)
    faults.push(invalid(child(at, 'fieldPath'), rule.fieldPath, 'fieldPath must be a valid path'));
  const message =
    rule.messageExpression &&
    tryCompile(env, rule.messageExpression, 'string', (detail) =>
      faults.push(invalid(child(at, 'messageExpression'), rule, `messageExpression ${detail}`)),
    );
  return { rule, program, usesOldSelf, fieldPath: fieldPath ?? '', ...(message ? { message } : {}) };
}

function tryCompile(
  env: Environment,
  source: string,
  wanted: 'bool' | 'string',
  refuse: (detail: string) => void,
): Program | undefined {
  try {
    const { run, type } = compile(env, source, NAMES);
    // The library forgets some types on the way (list functions give dyn): only a type that is surely wrong is refused.
    if (type === wanted || type.startsWith('dyn')) return run;
    refuse(wanted === 'bool' ? 'cel expression must evaluate to a bool' : 'must evaluate to a string');
  } catch (error) {
    refuse(`compilation failed: ${compileFault(error, source)}`);
  }
  return undefined;
}

/** The first thing that such a rule fails on where `oldSelf` is not declared; another fault shows when it is compiled. */
function mentionsOldSelf(source: string, without: Environment): boolean {
  if (!source.includes('oldSelf')) return false;
  try {
    compile(without, source, NAMES);
    return false;
  } catch (error) {
    return isUnknownVariable(error, 'oldSelf');
  }
}
