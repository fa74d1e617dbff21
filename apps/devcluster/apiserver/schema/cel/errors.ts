interface LibraryError {
  code?: string;
  summary?: string;
  range?: { start: number };
}

const library = (error: unknown): LibraryError => (typeof error === 'object' && error !== null ? error : {});
const text = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]! : String(error));

/** What a rule's evaluation failed on. */
export const runtimeFault = (error: unknown): string => library(error).summary ?? text(error);

/** What does not compile, and where: `1:6: No such key: x`, with the line and a mark below. */
export function compileFault(error: unknown, source: string): string {
  const { summary, range } = library(error);
  const before = source.slice(0, range?.start ?? 0).split('\n');
  const line = source.split('\n')[before.length - 1] ?? '';
  const column = before.at(-1)!.length;
  return `${before.length}:${column + 1}: ${summary ?? text(error)}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
