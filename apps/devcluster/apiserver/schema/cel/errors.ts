/** A fault while a rule runs, in cel-go's words. */
export class CelFault extends Error {}

interface LibraryError {
  code?: string;
  summary?: string;
  range?: { start: number };
}

const library = (error: unknown): LibraryError => (typeof error === 'object' && error !== null ? error : {});
const text = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]! : String(error));

/** What the rule's evaluation said, and whether it was a call that no overload takes (Kubernetes words that differently). */
export function runtimeFault(error: unknown): { message: string; overload: boolean } {
  const { code, summary } = library(error);
  const said = summary ?? text(error);
  switch (code) {
    case 'no_such_key':
      return { message: said.replace('No such key', 'no such key'), overload: false };
    case 'index_out_of_bounds':
      return { message: `index out of bounds: ${/index (-?\d+)/.exec(said)?.[1] ?? ''}`, overload: false };
    case 'modulo_by_zero':
      return { message: 'modulus by zero', overload: false };
    case 'numeric_overflow':
      return { message: 'integer overflow', overload: false };
    case 'no_such_overload':
    case 'no_matching_overload':
    case 'invalid_logical_operand':
      return { message: 'no such overload', overload: true };
    default:
      return { message: said, overload: false };
  }
}

/** `ERROR: <input>:1:6: undefined field 'x'` with the line and a mark below, as cel-go prints what does not compile. */
export function compileFault(error: unknown, source: string): string {
  const { code, summary, range } = library(error);
  const before = source.slice(0, range?.start ?? 0).split('\n');
  const line = source.split('\n')[before.length - 1] ?? '';
  const column = before.at(-1)!.length;
  const said = summary ?? text(error);
  const words = code === 'no_such_key' ? said.replace(/^No such key: (.*)$/, "undefined field '$1'") : said;
  return `ERROR: <input>:${before.length}:${column + 1}: ${words}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** Whether the expression failed only because it names a variable that is not declared. */
export function isUnknownVariable(error: unknown, name: string): boolean {
  const { code, summary } = library(error);
  return code === 'unknown_variable' && summary === `Unknown variable: ${name}`;
}
