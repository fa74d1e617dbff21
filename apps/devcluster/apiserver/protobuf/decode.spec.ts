import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from './decode.js';

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
const bytes = (number: number, content: number[]): number[] => [
  ...varint((number << 3) | 2),
  ...varint(content.length),
  ...content,
];
const text = (number: number, value: string): number[] => bytes(number, [...Buffer.from(value)]);
const int = (number: number, value: number): number[] => [...varint(number << 3), ...varint(value)];

const wrapped = (apiVersion: string, kind: string, message: number[]): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    Buffer.from([
      ...bytes(1, [...text(1, apiVersion), ...text(2, kind)]),
      ...bytes(2, message),
      ...text(3, ''),
      ...text(4, ''),
    ]),
  ]);

describe('protobuf bodies', () => {
  it('become what JSON would say', () => {
    const entry = bytes(2, [...text(1, 'key'), ...text(2, 'value')]);
    const body = wrapped('v1', 'Secret', [
      ...bytes(1, [...text(1, 's'), ...text(3, '')]),
      ...entry,
      ...text(3, 'Opaque'),
    ]);
    expect(decodeProtobuf(body)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { key: Buffer.from('value').toString('base64') },
      type: 'Opaque',
    });
  });

  it('keep zeros that mean something', () => {
    const body = wrapped('v1', 'ServiceAccount', [...bytes(1, text(1, 's')), ...int(4, 0)]);
    expect(decodeProtobuf(body)).toMatchObject({ automountServiceAccountToken: false });
  });

  it('are refused where they are malformed', () => {
    expect(() => decodeProtobuf(Buffer.from('hello'))).toThrow('does not appear to be a protobuf message');
    expect(() => decodeProtobuf(Buffer.from('k8s\0\x0a\xff', 'latin1'))).toThrow('unable to decode');
    expect(() => decodeProtobuf(wrapped('v1', 'Unheard', []))).toThrow('unknown format');
  });
});
