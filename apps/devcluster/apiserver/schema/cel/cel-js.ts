import { type Environment } from '@marcbachmann/cel-js';
import { NAMES } from './strings.js';

/** The parts of a parsed expression that we look at; the library's types leave them open. */
interface Node {
  op: string;
  args: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value;

/**
 * Calls of the library's own functions that do not do what Kubernetes' do are given to ours: the names change in the
 * parsed tree, before types are checked, since the library does not let a function be replaced.
 */
function rename(tree: unknown): void {
  if (Array.isArray(tree)) for (const part of tree) rename(part);
  if (!isNode(tree)) return;
  const args = tree.args;
  if (tree.op === 'rcall' && Array.isArray(args) && typeof args[0] === 'string')
    args[0] = NAMES.get(args[0]) ?? args[0];
  rename(args);
}

/** A compiled expression. */
export type Program = (variables: Record<string, unknown>) => unknown;

/** Parses and checks. Throws the library's errors. */
export function compile(env: Environment, expression: string): { run: Program; type: string } {
  const parsed = env.parse(expression);
  rename(parsed.ast);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('the expression does not type-check');
  return { run: (variables) => parsed(variables) as unknown, type: checked.type ?? 'dyn' };
}
