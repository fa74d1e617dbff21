import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from './pasted.js';

const HERE = 'https://gate.example';
const CODE = 'AbCd-EfGh_IjKlMnOpQrStUv';
const JWT = `eyJhbGciOiJSUzI1NiJ9.${'eyJVUkxzIjpbXX0'.repeat(4)}.${'c2lnbmF0dXJl-_'.repeat(4)}`;
const OPAQUE = 'sha256~Vx3_abcdefghijklmnopqrstuvwxyz-0123456789';
const read = (text: string) => readPasted(text, HERE);

const around = fc.string({
  unit: fc.constantFrom('"', "'", '`', ' ', '\n', '\r\n', '<', '>', '(', ')', ',', '.', '\\', '\u200b', '\ufeff', '“'),
  maxLength: 6,
});
const label = fc.constantFrom('', 'Bearer ', 'Authorization: Bearer ', 'token: ', '"token": "', 'TOKEN=');

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
    [`Use ${JWT} today`, { token: JWT }],
  ])('understands %s', (text, pasted) => expect(read(text)).toEqual(pasted));

  it.each([
    ['', 'empty'],
    [' "\u200b" ', 'empty'],
    [`${JWT.slice(0, -30)} ${JWT.slice(-30)}`, 'odd'],
    ['two words', 'odd'],
    ['pässword', 'odd'],
    [`${HERE}/l#`, 'noCode'],
    [`https://other.example/l#${CODE}`, 'otherHost'],
    [`${HERE}/vms`, 'address'],
  ])('says what is wrong with %j', (text, problem) => expect(read(text)).toEqual({ problem }));
});
