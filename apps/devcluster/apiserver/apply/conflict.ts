import { ApiError } from '../status.js';
import { pathText } from './field-set.js';
import { type Manager } from './managers.js';

export interface Conflict {
  manager: Manager;
  /** As in a FieldSet. */
  path: string;
}

/** The 409 of an apply that would take fields from others. */
export function conflictError(found: Conflict[]): ApiError {
  const conflicts = [...found].sort((a, b) => compareTexts(pathText(a.path), pathText(b.path)));
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${named(manager)}`,
    field: pathText(path),
  }));
  return new ApiError(409, 'Conflict', message(conflicts), { causes });
}

function message(conflicts: Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first) {
    return `Apply failed with 1 conflict: conflict with ${named(first.manager)}: ${pathText(first.path)}`;
  }
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) {
    byManager.set(named(manager), [...(byManager.get(named(manager)) ?? []), `- ${pathText(path)}`]);
  }
  const lines = [...byManager].sort().flatMap(([name, paths]) => [`conflicts with ${name}:`, ...paths]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function named({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
