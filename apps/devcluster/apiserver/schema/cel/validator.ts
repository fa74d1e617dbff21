import { type Environment } from '@marcbachmann/cel-js';

import { type Cause } from '../../types.js';
import { child, index, key } from '../cause.js';
import { isObject, type JsonSchema, mapValues, property } from '../json-schema.js';
import { formerItems } from '../lists.js';
import { type CompiledRule, compileRules, type RuleScope } from './compiled-rule.js';
import { Declarations } from './declare.js';
import { type Declared } from './declared.js';
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

  /** @param faults gets what Kubernetes would refuse the CRD for */
  static compile(schema: JsonSchema, path: string, faults: Cause[]): Rules {
    if (!hasRules(schema)) return new Rules(undefined);
    return new Rules(build(schema, { path, root: true, correlatable: true, faults }));
  }

  /** Runs them all; transition rules where a former value is found. */
  validate(value: unknown, old: unknown): Cause[] {
    return this.root ? walk(this.root, value, old, '') : [];
  }
}

interface Place {
  path: string;
  root: boolean;
  correlatable: boolean;
  faults: Cause[];
}

function hasRules(schema: JsonSchema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true;
  const values = mapValues(schema);
  return [schema.items, values, ...Object.values(schema.properties ?? {})].some((sub) => sub && hasRules(sub));
}

function build(schema: JsonSchema, place: Place): RuleNode {
  const { path, faults, correlatable } = place;
  const node: RuleNode = { schema, rules: [], properties: new Map() };
  const at = (sub: JsonSchema, subPath: string, same: boolean): RuleNode =>
    build(sub, {
      path: subPath,
      faults,
      root: !!sub['x-kubernetes-embedded-resource'],
      correlatable: correlatable && same,
    });
  if (schema['x-kubernetes-validations']?.length) {
    const { declared, scope } = scopeOf(schema, place.root);
    if (declared) node.declared = declared;
    node.rules = compileRules(schema, scope, path, correlatable, faults);
  }
  if (schema.items && hasRules(schema.items)) {
    node.items = at(schema.items, child(path, 'items'), schema['x-kubernetes-list-type'] === 'map');
  }
  const values = mapValues(schema);
  if (values && hasRules(values)) node.values = at(values, child(path, 'additionalProperties'), true);
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    if (hasRules(sub)) node.properties.set(name, at(sub, key(child(path, 'properties'), name), true));
  }
  return node;
}

function scopeOf(schema: JsonSchema, root: boolean): { declared: Declared | undefined; scope: RuleScope } {
  const types = newEnvironment();
  const declared = new Declarations(types).declare(schema, root);
  // A value that CEL cannot see has no fields either: its rules are checked as dynamic.
  const type = declared?.type ?? 'dyn';
  const withSelf = (): Environment => types.clone().registerVariable('self', type);
  return {
    declared,
    scope: {
      self: withSelf(),
      transition: withSelf().registerVariable('oldSelf', type),
      optional: withSelf().registerVariable('oldSelf', `optional<${type}>`),
    },
  };
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
