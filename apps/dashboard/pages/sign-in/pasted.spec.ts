import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from './pasted.js';

const HERE = 'https://gate.example';
const CODE = 'AbCd-EfGh_IjKlMnOpQrStUv';
const JWT = `eyJhbGciOiJSUzI1NiJ9.${'eyJVUkxzIjpbXX0'.repeat(4)}.${'c2lnbmF0dXJl-_'.repeat(4)}`;
const OPAQUE = 'sha256~Vx3_abcdefghijklmnopqrstuvwxyz-0123456789';
const read = (text: string) => readPasted(text, HERE);

const around = fc.string({
  unit: fc.constantFrom(
    '"',
    "'",
    '`',
    ' ',
    '\n',
    '\r\n',
    '<',
    '>',
    '(',
    ')',
    ',',
    '.',
    '\\',
    '\u200b',
    '\ufeff',
    '“',
    '。',
    '）',
    '＂',
    '，',
    '」',
    '👍',
  ),
  maxLength: 6,
});
const label = fc.constantFrom(
  ...['', 'Bearer ', 'bearer:', 'Authorization: Bearer ', 'Authorization:Bearer ', 'token: ', '"token": "', 'TOKEN='],
  ...['--token=', '--token ', 'Token：', 'token:\n', '＂token＂：＂'],
);

describe('what a person pastes to sign in', () => {
  it('is a token, whatever stands around it', () => {
    fc.assert(
      fc.property(around, label, fc.constantFrom(JWT, OPAQUE), around, (head, name, token, tail) => {
        expect(read(`${head}${name}${token}${tail}`)).toEqual({ token });
      }),
    );
  });

  it('is a token that line breaks or invisible characters cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(JWT, OPAQUE),
        fc.nat(),
        fc.constantFrom('\n', '\r\n  ', '\u200b'),
        (token, n, cut) => {
          const at = 8 + (n % (token.length - 8));
          expect(read(token.slice(0, at) + cut + token.slice(at))).toEqual({ token });
        },
      ),
    );
  });

  it.each([
    [`${HERE}/l#${CODE}`, { link: `/l#${CODE}` }],
    [`"${HERE}/l/#${CODE}".`, { link: `/l#${CODE}` }],
    [`Your link: ${HERE}/l#${CODE}), until noon`, { link: `/l#${CODE}` }],
    [`${HERE}/auth/jwt/set?token=${JWT}&name=demo&namespace=ns`, { token: JWT }],
    [`gate.example/auth/jwt/set?token=${JWT}&name=demo&namespace=ns`, { token: JWT }],
    [`Use ${JWT} today`, { token: JWT }],
    [`${JWT}\nValid until noon`, { token: JWT }],
    ['token-with~signs/of+base64==', { token: 'token-with~signs/of+base64==' }],
  ])('understands %s', (text, pasted) => expect(read(text)).toEqual(pasted));

  it.each([
    ['', 'empty'],
    [' "\u200b" ', 'empty'],
    [`${JWT.slice(0, -30)} ${JWT.slice(-30)}`, 'odd'],
    ['two words', 'odd'],
    ['pässword', 'odd'],
    [`${HERE}/l#`, 'noCode'],
    [`https://other.example/l#${CODE}`, 'otherHost'],
    [`${HERE}/l`, 'noCode'],
    ['gate.example/l', 'noCode'],
    ['/l#', 'noCode'],
    ['#', 'noCode'],
    [`other.example/l#${CODE}`, 'otherHost'],
    [`//other.example/l#${CODE}`, 'otherHost'],
    [`gate.example:8443/l#${CODE}`, 'otherHost'],
    [`gate.example.other/l#${CODE}`, 'otherHost'],
    [`https://other.example/?/l#${CODE}`, 'address'],
    [`${HERE}/vms`, 'address'],
    ['gate.example/vms', 'address'],
    [`${JWT}\n${JWT}`, 'odd'],
  ])('says what is wrong with %j', (text, problem) => expect(read(text)).toEqual({ problem }));
});

const scheme = fc.constantFrom('https://', 'http://', 'HTTPS://', '//', '');
const host = fc.constantFrom('gate.example', 'GATE.example', 'gate.example.', 'gate.example:443', 'gate.example.:443');
const path = fc.constantFrom('/l#', '/l/#', '/L#', '//l#', '/l%23', '/l/%23', '%2Fl%23');
const own = fc
  .oneof(fc.tuple(scheme, host, path), fc.tuple(fc.constantFrom('/l#', '/l/#', '/L#', '//l#', '/l%23', 'l#', '#')))
  .map((parts) => parts.join(''));

describe('a link of this gateway', () => {
  it('is one however it is written, and no token', () => {
    fc.assert(
      fc.property(around, own, around, (head, start, tail) => {
        expect(read(`${head}${start}${CODE}${tail}`)).toEqual({ link: `/l#${CODE}` });
      }),
    );
  });

  it('is the first of several, even where the field has dropped the line breaks', () => {
    fc.assert(
      fc.property(
        own,
        fc.constantFrom('\n', '\r\n', ' ', ''),
        fc.constantFrom(HERE, 'gate.example'),
        (start, gap, next) => {
          expect(read(`${start}${CODE}${gap}${next}/l#another${CODE}`)).toEqual({ link: `/l#${CODE}` });
        },
      ),
    );
  });

  it.each([
    ['ends at the line’s end', `${HERE}/l#${CODE}\nValid`],
    ['goes on where the line broke it', `${HERE}/l#${CODE.slice(0, 9)}\n${CODE.slice(9)}`],
    ['may follow words', `Your link:gate.example/l#${CODE} until noon`],
    ['may be wrapped in another', `https://mail.example/?url=${encodeURIComponent(`${HERE}/l#${CODE}`)}&data=x`],
  ])('%s', (_what, text) => expect(read(text)).toEqual({ link: `/l#${CODE}` }));

  it.each(['https://[::1]:8080', 'http://127.0.0.1:8080', 'https://xn--gte-qla.example'])('at %s', (origin) => {
    const written = origin.replace('xn--gte-qla', 'gäte').replace(/^https?:\/\//, '');
    expect(readPasted(`${written}/l#${CODE}`, origin)).toEqual({ link: `/l#${CODE}` });
  });
});
