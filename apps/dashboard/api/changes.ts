import { type ChangeEvent, type GateSessionView, type GateTokenView, type Vm } from '#libs/api';

/** What the cache holds a list of, and a change can be about. */
export type Kind = Exclude<ChangeEvent['kind'], 'reset'>;
type Item = Vm | GateTokenView | GateSessionView;

/** The last change of each object by its name; undefined: it was deleted. */
export type Changes = Map<string, Item | undefined>;

/** Remembers a change in place of an earlier one of the same object. */
export function noteChange(changes: Changes, event: Exclude<ChangeEvent, { kind: 'reset' }>): void {
  const name = event.type === 'delete' ? event.name : event.object.name;
  changes.set(name, event.type === 'delete' ? undefined : event.object);
}

/**
 * Folds changes into a list in one pass, however many there are. Pure; a list that they do not touch keeps its identity,
 * so that nothing that shows it renders again.
 */
export function applyChanges<T extends { name: string }>(list: T[], changes: ReadonlyMap<string, T | undefined>): T[] {
  const added = new Map(changes);
  const kept: T[] = [];
  let touched = false;
  for (const one of list) {
    const changed = added.get(one.name);
    if (!added.delete(one.name)) kept.push(one);
    else {
      touched = true;
      if (changed !== undefined) kept.push(changed);
    }
  }
  const extra = [...added.values()].filter((one) => one !== undefined);
  return touched || extra.length > 0 ? [...kept, ...extra] : list;
}

/** Reads the data of a server-sent event; undefined when it is none that this page knows. */
export function readChange(data: string): ChangeEvent | undefined {
  try {
    const value = JSON.parse(data) as Partial<ChangeEvent> | null;
    const known = ['vm', 'gatetoken', 'gatesession', 'reset'];
    return value && known.includes(value.kind ?? '') ? (value as ChangeEvent) : undefined;
  } catch {
    return undefined;
  }
}
