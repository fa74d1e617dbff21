import { type Environment } from '@marcbachmann/cel-js';

import { cause } from '../../status.js';
import { type Cause } from '../../types.js';
import { child, index } from '../paths.js';
import { type JsonSchema, type ValidationRule } from '../json-schema.js';
import { compile, type Program } from './cel-js.js';
import { compileFault } from './errors.js';

export interface CompiledRule {
  rule: ValidationRule;
  program: Program;
  message?: Program;
  /** A transition rule: it runs where there is a former value. */
  usesOldSelf: boolean;
  /** `.spec['x']` of the rule as a path below the node: `spec.x`. */
  fieldPath: string;
}

/**
 * Compiles the rules of one schema node.
 * @param env declares `self` and `oldSelf`
 * @param faults gets why a rule cannot be used
 */
export function compileRules(schema: JsonSchema, env: Environment, path: string, faults: Cause[]): CompiledRule[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) => {
    const at = index(child(path, 'x-kubernetes-validations'), i);
    const refuse = (part: string) => (detail: string) =>
      void faults.push(cause.invalid(child(at, part), rule, `compilation failed: ${detail}`));
    const program = tryCompile(env, rule.rule, 'bool', refuse('rule'));
    if (!program) return [];
    const { messageExpression } = rule;
    const message = messageExpression && tryCompile(env, messageExpression, 'string', refuse('messageExpression'));
    return [
      {
        rule,
        program,
        usesOldSelf: /\boldSelf\b/.test(rule.rule),
        fieldPath: (rule.fieldPath ?? '').replace(/\['([^']*)'\]/g, '.$1').replace(/^\./, ''),
        ...(message ? { message } : {}),
      },
    ];
  });
}

function tryCompile(
  env: Environment,
  source: string,
  wanted: 'bool' | 'string',
  refuse: (detail: string) => void,
): Program | undefined {
  try {
    const { run, type } = compile(env, source);
    // The library forgets some types on the way (list functions give dyn): only a type that is surely wrong is refused.
    if (type === wanted || type.startsWith('dyn')) return run;
    refuse(`the expression must evaluate to a ${wanted}`);
  } catch (error) {
    refuse(compileFault(error, source));
  }
  return undefined;
}
