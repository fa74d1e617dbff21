import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bare, readLinkCode } from './pasted.js';

const CODE = 'AbCd-EfGh_IjKlMnOpQrStUv';
const code = fc.stringMatching(/^[A-Za-z0-9][\w-]{20,40}[A-Za-z0-9]$/);
const decoration = (...signs: string[]) => fc.string({ unit: fc.constantFrom(...signs), maxLength: 5 });
const before = decoration('/', ' ', '"', '<', '(', '%20', '%22', '%3C', '\u200b', '\n');
const after = decoration(
  '.',
  ')',
  ',',
  '>',
  '%20',
  '"',
  '%22',
  ' ',
  '!',
  '?',
  ';',
  '*',
  '\u200b',
  '%E2%80%8B',
  '…',
  '\n',
);

describe('the code of a link', () => {
  it.each(['.', ')', ',', '>', '%20', '"', '&utm=x', '。', '）', '＂', '%', '%E2%80', '/', '\u2026', ').%22'])(
    'ends before %s',
    (tail) => {
      expect(readLinkCode(`#${CODE}${tail}`)).toBe(CODE);
    },
  );

  it('is found in whatever a chat puts around it', () => {
    fc.assert(fc.property(code, before, after, (one, head, tail) => readLinkCode(`#${head}${one}${tail}`) === one));
  });

  it('is found where invisible characters break it', () => {
    const at = CODE.length / 2;
    expect(readLinkCode(`#${CODE.slice(0, at)}\u200b${encodeURIComponent('\u2060')}${CODE.slice(at)}`)).toBe(CODE);
  });

  it.each(['', '#', '#.', '#/', '#%20', '#"'])('is not in %j', (hash) => expect(readLinkCode(hash)).toBe(''));
});

describe('bare', () => {
  it('leaves the inside alone, and what is bare', () => {
    const inside = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9.:,'" -]{0,20}[A-Za-z0-9])?$/);
    fc.assert(
      fc.property(
        inside,
        decoration('"', "'", '`', ' ', '\\', '.', '»', '\u200b', '。', '）', '＂', '👍️'),
        (text, around) => {
          return bare(`${around}${text}${around}`) === text;
        },
      ),
    );
  });
});
