import { isFields } from '../fields.js';

type Step =
  | { kind: 'key'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: string[]; equal: boolean; value: string };

const STEP =
  /^(?:\.?\[\?\(\s*@((?:\.[\w-]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]|\.?\[(-?\d+)\]|\.?\[\*\]|\.\*|\.?\['([^']+)'\]|\.((?:\\.|[^.[\]\\])+))/;

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path.trim().replace(/^\{|\}$/g, '');
  if (rest && !/^[.[]/.test(rest)) rest = `.${rest}`;
  while (rest && rest !== '.') {
    const found = STEP.exec(rest);
    if (!found) return [];
    steps.push(stepOf(found));
    rest = rest.slice(found[0].length);
  }
  return steps;
}

function stepOf([text, filter, sign, double, single, bare, index, quoted, name]: RegExpExecArray): Step {
  if (filter) {
    const value = double ?? single ?? bare ?? '';
    return { kind: 'filter', path: filter.split('.').filter(Boolean), equal: sign === '==', value };
  }
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (quoted !== undefined) return { kind: 'key', name: quoted };
  if (name !== undefined) return { kind: 'key', name: name.replace(/\\(.)/g, '$1') };
  return text.includes('*') ? { kind: 'all' } : { kind: 'key', name: '' };
}

const parsed = new Map<string, Step[]>();

/** What a JSONPath of a printer column finds (keys, indexes, `[*]`, filters by one comparison). */
export function jsonPath(value: unknown, path: string): unknown[] {
  let steps = parsed.get(path);
  if (!steps) parsed.set(path, (steps = stepsOf(path)));
  return steps.reduce<unknown[]>((found, step) => found.flatMap((item) => follow(item, step)), [value]);
}

function follow(value: unknown, step: Step): unknown[] {
  if (step.kind === 'key') {
    return isFields(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
  }
  const items: unknown[] = Array.isArray(value) ? value : isFields(value) ? Object.values(value) : [];
  if (step.kind === 'all') return items;
  if (step.kind === 'index') return items.slice(step.index).slice(0, 1);
  return items.filter((item) => {
    const [found] = jsonPath(item, `.${step.path.join('.')}`);
    return found !== undefined && (text(found) === step.value) === step.equal;
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
