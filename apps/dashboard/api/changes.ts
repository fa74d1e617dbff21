import { type ChangeEvent, type GateSessionView, type GateTokenView, type Vm } from '#libs/api';

/** The lists of one namespace as the cache holds them; a list that no page has read is absent. */
export interface Lists {
  vm?: Vm[];
  gatetoken?: GateTokenView[];
  gatesession?: GateSessionView[];
}

/**
 * Folds one change into the lists. Pure; a list that the change does not touch keeps its identity, so that nothing
 * that shows it renders again. A reset changes nothing here: the caller fetches the lists again.
 */
export function applyChange(lists: Lists, event: ChangeEvent): Lists {
  if (event.kind === 'reset') return lists;
  if (event.type === 'delete') return removed(lists, event.kind, event.name);
  switch (event.kind) {
    case 'vm':
      return lists.vm ? { ...lists, vm: put(lists.vm, event.object) } : lists;
    case 'gatetoken':
      return lists.gatetoken ? { ...lists, gatetoken: put(lists.gatetoken, event.object) } : lists;
    case 'gatesession':
      return lists.gatesession ? { ...lists, gatesession: put(lists.gatesession, event.object) } : lists;
  }
}

function removed(lists: Lists, kind: keyof Lists, name: string): Lists {
  const list: { name: string }[] | undefined = lists[kind];
  if (!list?.some((one) => one.name === name)) return lists;
  return { ...lists, [kind]: list.filter((one) => one.name !== name) };
}

function put<T extends { name: string }>(list: T[], object: T): T[] {
  const at = list.findIndex((one) => one.name === object.name);
  return at === -1 ? [...list, object] : list.with(at, object);
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
