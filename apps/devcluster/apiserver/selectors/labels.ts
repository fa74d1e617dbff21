import { fieldsOf, recordsOf, textOf, textsOf } from '../fields.js';
import { labelFaults } from '../names.js';
import { type ApiError, badRequest, cause } from '../status.js';
import { type Fields } from '../types.js';

export interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  values: string[];
}

/** Words, signs and brackets, as apimachinery's labels/selector.go reads them. */
const TOKEN = /\s*(?:(==|!=|=|!|<|>|\(|\)|,)|([^\s=!<>(),]+))/y;

const OPERATORS: Record<string, Requirement['operator']> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  '>': 'gt',
  '<': 'lt',
};

interface Token {
  text: string;
  word: boolean;
}

/** The end is a token too: the empty one. */
const END: Token = { text: '', word: false };

function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    out.push({ text: found[1] ?? found[2] ?? '', word: found[1] === undefined });
  }
  return out;
}

/**
 * Parses a label selector as it stands in a query (`a=b,c in (d,e),!f`).
 * @throws ApiError 400
 */
export function parseLabelSelector(text: string): Requirement[] {
  const reader = new Reader(tokensOf(text));
  const out: Requirement[] = [];
  while (reader.peek() !== END) {
    const first = reader.peek();
    if (!beginsRequirement(first)) {
      throw badRequest(`found '${first.text}', expected: !, identifier, or 'end of string'`);
    }
    out.push(reader.requirement());
    const next = reader.take();
    if (next === END) break;
    if (next.text !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`);
    const after = reader.peek();
    if (!beginsRequirement(after)) throw badRequest(`found '${after.text}', expected: identifier after ','`);
  }
  return out;
}

const beginsRequirement = ({ text, word }: Token): boolean => word || text === '!';

const unreadable = (why: string): ApiError => badRequest(`unable to parse requirement: ${why}`);

class Reader {
  readonly #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#next] ?? END;
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  requirement(): Requirement {
    const absent = this.peek().text === '!' && this.take();
    const { text: key, word } = this.take();
    if (!word) throw unreadable(`found '${key}', expected: identifier`);
    const [wrong] = labelFaults({ [key]: '' });
    if (wrong) throw unreadable(`<nil>: ${wrong.message}`);
    if (absent) return { key, operator: 'absent', values: [] };
    if (this.#atEnd()) return { key, operator: 'exists', values: [] };
    const sign = this.take().text;
    const set = sign === 'in' || sign === 'notin';
    const operator = set ? sign : OPERATORS[sign];
    if (!operator) throw unreadable(`found '${sign}', expected: in, notin, =, ==, !=, gt, lt`);
    const values = set ? this.#set() : [this.#value()];
    checkValues(key, operator, values);
    return { key, operator, values };
  }

  #atEnd(): boolean {
    return this.peek() === END || this.peek().text === ',';
  }

  #value(): string {
    if (this.#atEnd()) return '';
    const value = this.take();
    if (!value.word) throw unreadable(`found '${value.text}', expected: identifier`);
    return value.text;
  }

  /** `(a, b)`: a place that is left empty stands for the empty value. */
  #set(): string[] {
    const open = this.take();
    if (open.text !== '(') throw unreadable(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    if (this.peek().text === ')') values.add('');
    for (let wanted = true; this.peek().text !== ')';) {
      const { text, word } = this.take();
      if (word && wanted) values.add(text);
      else if (text !== ',')
        throw unreadable(`found '${text}', expected: ${wanted ? "',', or identifier" : "',' or ')'"}`);
      else if (wanted || this.peek().text === ')') values.add('');
      wanted = !word;
    }
    this.take();
    return [...values].sort();
  }
}

/** @throws ApiError 400 for values that no label can have */
function checkValues(key: string, operator: Requirement['operator'], values: string[]): void {
  values.forEach((value, index) => {
    const [wrong] = labelFaults({ key: value });
    if (wrong) throw unreadable(`values[${index}][${key}]: ${wrong.message}`);
    if ((operator === 'gt' || operator === 'lt') && !/^[+-]?\d+$/.test(value)) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
      throw unreadable(`values[${index}]: ${cause.invalid('', value, detail).message}`);
    }
  });
}

const EXPRESSIONS: Record<string, Requirement['operator']> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

/** The requirements of a metav1.LabelSelector. */
export function selectorOf(selector: Fields): Requirement[] {
  const labels = Object.entries(fieldsOf(selector['matchLabels']));
  return [
    ...labels.map(([key, value]): Requirement => ({ key, operator: 'in', values: [textOf(value)] })),
    ...recordsOf(selector['matchExpressions']).map((expression): Requirement => ({
      key: textOf(expression['key']),
      operator: EXPRESSIONS[textOf(expression['operator'])] ?? 'exists',
      values: textsOf(expression['values']),
    })),
  ];
}

export const matchesSelector = (requirements: readonly Requirement[], labels: Record<string, string> = {}): boolean =>
  requirements.every((requirement) => matches(requirement, labels));

function matches({ key, operator, values }: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}
