import { type Environment } from '@marcbachmann/cel-js';

import { isFields } from '../../fields.js';
import { compile, type Program } from '../../schema/cel/cel-js.js';
import { NAMES, newEnvironment } from '../../schema/cel/environment.js';
import { compileFault, isUnknownVariable, runtimeFault } from '../../schema/cel/errors.js';
import { type AdmissionRequest } from '../index.js';

export interface Condition {
  name: string;
  expression: string;
}

let environment: Environment | undefined;

function conditionEnvironment(): Environment {
  environment ??= newEnvironment()
    .registerVariable('object', 'dyn')
    .registerVariable('oldObject', 'dyn')
    .registerVariable('request', 'dyn');
  return environment;
}

/** Why an expression cannot be a condition, as Kubernetes words it; undefined where it can. */
export function conditionFault(expression: string): string | undefined {
  const source = expression.trim();
  try {
    const { type } = compile(conditionEnvironment(), source, NAMES);
    return type === 'bool' ? undefined : `must evaluate to bool but got ${type}`;
  } catch (error) {
    const name = /^Unknown variable: (\w+)$/.exec((error as { summary?: string }).summary ?? '')?.[1];
    const said = compileFault(error, source);
    const words =
      name && isUnknownVariable(error, name)
        ? said.replace(`Unknown variable: ${name}`, `undeclared reference to '${name}' (in container '')`)
        : said;
    return `compilation failed: ${words}`;
  }
}

/** The matchConditions of one webhook, compiled when they are first needed. */
export class Conditions {
  readonly #conditions: Condition[];
  readonly #ignoreFaults: boolean;
  #programs: Program[] | undefined;

  constructor(conditions: Condition[], ignoreFaults: boolean) {
    this.#conditions = conditions;
    this.#ignoreFaults = ignoreFaults;
  }

  get any(): boolean {
    return this.#conditions.length > 0;
  }

  /**
   * Whether all of them hold. One that is false decides; else a fault decides by the failurePolicy.
   * @param review the `request` of the AdmissionReview
   * @returns the words of the faults where they are to refuse the request
   */
  evaluate({ object, old }: AdmissionRequest, review: Record<string, unknown>): boolean | string {
    if (!this.any) return true;
    this.#programs ??= this.#conditions.map(
      ({ expression }) => compile(conditionEnvironment(), expression.trim(), NAMES).run,
    );
    const variables = { object: celValue(object ?? null), oldObject: celValue(old ?? null), request: celValue(review) };
    const faults: string[] = [];
    for (const [index, program] of this.#programs.entries()) {
      try {
        if (program(variables) !== true) return false;
      } catch (error) {
        const { expression } = this.#conditions[index]!;
        faults.push(`expression '${expression}' resulted in error: ${runtimeFault(error).message}`);
      }
    }
    if (faults.length === 0) return true;
    if (this.#ignoreFaults) return false;
    return faults.length === 1 ? faults.join() : `[${faults.join(', ')}]`;
  }
}

/** JSON as the CEL library takes it: whole numbers are its integers, objects are maps. */
function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (!isFields(value)) return value;
  return new Map(Object.entries(value).map(([key, field]) => [key, celValue(field)]));
}
