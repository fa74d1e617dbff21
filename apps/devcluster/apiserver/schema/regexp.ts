import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();
const LIMIT = 1000;

/** RE2 as Go has it: no back-references, linear time. Throws on a pattern that RE2 refuses. */
export function regexp(pattern: string): RE2JS {
  let re = compiled.get(pattern);
  if (!re) {
    re = RE2JS.compile(pattern);
    // Patterns can come from objects (`self.a.matches(self.b)`): the memory must not grow with them.
    if (compiled.size >= LIMIT) compiled.clear();
    compiled.set(pattern, re);
  }
  return re;
}

/** Whether the pattern is found anywhere in the text. */
export const found = (pattern: string, text: string): boolean => regexp(pattern).matcher(text).find();
