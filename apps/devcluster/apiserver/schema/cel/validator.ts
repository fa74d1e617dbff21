import { type Cause } from '../../types.js';
import { child, index, key } from '../paths.js';
import { isObject, type JsonSchema, mapValues, property } from '../json-schema.js';
import { formerItems } from '../lists.js';
import { type CompiledRule, compileRules } from './compiled-rule.js';
import { type Declared, Declarations } from './declare.js';
import { newEnvironment } from './environment.js';
import { evaluate } from './evaluate.js';

/** The rules of one schema node and of what lies below it; only made where there is a rule. */
interface RuleNode {
  schema: JsonSchema;
  declared?: Declared;
  rules: CompiledRule[];
  items?: RuleNode;
  values?: RuleNode;
  properties: Map<string, RuleNode>;
}

/** All CEL rules of a schema. */
export class Rules {
  private constructor(private readonly root: RuleNode | undefined) {}

  /** @param faults gets why a rule cannot be used */
  static compile(schema: JsonSchema, path: string, faults: Cause[]): Rules {
    if (!hasRules(schema)) return new Rules(undefined);
    return new Rules(build(schema, path, true, faults));
  }

  /** Runs them all; transition rules where a former value is found. */
  validate(value: unknown, old: unknown): Cause[] {
    return this.root ? walk(this.root, value, old, '') : [];
  }
}

function hasRules(schema: JsonSchema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true;
  const values = mapValues(schema);
  return [schema.items, values, ...Object.values(schema.properties ?? {})].some((sub) => sub && hasRules(sub));
}

function build(schema: JsonSchema, path: string, root: boolean, faults: Cause[]): RuleNode {
  const node: RuleNode = { schema, rules: [], properties: new Map() };
  const at = (sub: JsonSchema, below: string): RuleNode => build(sub, below, false, faults);
  if (schema['x-kubernetes-validations']?.length) {
    const env = newEnvironment();
    const declared = new Declarations(env).declare(schema, root);
    if (declared) node.declared = declared;
    // A value that CEL cannot see has no fields either: its rules are checked as dynamic.
    const type = declared?.type ?? 'dyn';
    env.registerVariable('self', type).registerVariable('oldSelf', type);
    node.rules = compileRules(schema, env, path, faults);
  }
  if (schema.items && hasRules(schema.items)) node.items = at(schema.items, child(path, 'items'));
  const values = mapValues(schema);
  if (values && hasRules(values)) node.values = at(values, child(path, 'additionalProperties'));
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    if (hasRules(sub)) node.properties.set(name, at(sub, key(child(path, 'properties'), name)));
  }
  return node;
}

function walk(node: RuleNode, value: unknown, old: unknown, path: string): Cause[] {
  // A rule on a nullable value speaks of the values that are there; who wants null writes the rule one level up.
  if (value === null || value === undefined) return [];
  const own = evaluate(node.rules, node.schema, node.declared, value, old ?? undefined, path);
  if (Array.isArray(value)) return [...own, ...walkList(node, value, old, path)];
  if (!isObject(value)) return own;
  const before = isObject(old) ? old : {};
  for (const [name, item] of Object.entries(value)) {
    const sub = node.properties.get(name);
    const former = Object.hasOwn(before, name) ? before[name] : undefined;
    if (sub) own.push(...walk(sub, item, former, child(path, name)));
    else if (node.values && !property(node.schema, name)) own.push(...walk(node.values, item, former, key(path, name)));
  }
  return own;
}

/** Elements of a map list are the same when their keys are; those of other lists have no former self. */
function walkList(node: RuleNode, value: unknown[], old: unknown, path: string): Cause[] {
  const items = node.items;
  if (!items) return [];
  const former = formerItems(node.schema, old);
  return value.flatMap((item, i) => walk(items, item, former(item), index(path, i)));
}
