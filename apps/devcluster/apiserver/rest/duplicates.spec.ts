import { describe, expect, it } from 'vitest';
import { type Call } from '../context.js';
import { duplicateKeys, duplicates } from './duplicates.js';

describe('fields that stand twice', () => {
  it.each([
    ['{"a":1,"b":{"a":1}}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"a":{"b":1,"b":2},"c":[{"d":1},{"d":1,"d":2}]}', ['a.b', 'c[1].d']],
    ['{"a":"b","c":"a","d":["a","a"],"e":{"x":"x"}}', []],
    ['{"a\\"b":1,"a\\"b":2}', ['a"b']],
    ['{"a":1,"a":2,"a":3}', ['a']],
    ['', []],
  ])('%s', (text, paths) => {
    expect(duplicateKeys(text)).toEqual(paths);
  });

  it('are told in the words of the format', () => {
    const call = (body: string, contentType: string): Call => ({ body: Buffer.from(body), contentType }) as Call;
    expect(duplicates(call('{"a":1,"a":2}', 'application/json'))).toEqual(['duplicate field "a"']);
    expect(duplicates(call('a:\n  b: 1\n  b: 2\n', 'application/yaml'))).toEqual([
      'line 3: key "b" already set in map',
    ]);
    expect(duplicates(call('a', 'application/vnd.kubernetes.protobuf'))).toEqual([]);
  });
});
