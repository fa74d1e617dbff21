import { describe, expect, it } from 'vitest';
import { FrameError, readClose, writeClose } from './index.js';

describe('close frames', () => {
  it.each([1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4001, 4999])('carry %i', (code) => {
    expect(readClose(writeClose(code, 'Why.'))).toEqual({ code, reason: 'Why.' });
  });

  it.each([0, 999, 1004, 1006, 1015, 1016, 2999, 5000])('never carry %i', (code) => {
    expect(() => readClose(writeClose(code, ''))).toThrow(new FrameError('malformed'));
  });

  it('may be empty: 1005', () => {
    expect(readClose(Buffer.alloc(0))).toEqual({ code: 1005, reason: '' });
    expect(writeClose(1005, 'never sent')).toHaveLength(0);
  });

  it('have a reason in UTF-8 of at most 123 bytes, cut after a whole character', () => {
    expect(() => readClose(Buffer.from([3, 232, 0xff]))).toThrow(new FrameError('not-utf8'));
    expect(readClose(writeClose(1000, `${'x'.repeat(122)}é`)).reason).toBe('x'.repeat(122));
    expect(readClose(writeClose(1000, 'é'.repeat(100))).reason).toBe('é'.repeat(61));
  });
});
