import { isUtf8 } from 'node:buffer';
import { FrameError, LONGEST_CONTROL, NO_CODE } from './frames.js';

const NOTHING = Buffer.alloc(0);

/** Codes of RFC 6455, section 7.4.1, and of the registry that no close frame carries. */
const NEVER_SENT: ReadonlySet<number> = new Set([1004, 1005, 1006]);

/** What a close frame says. @throws FrameError */
export function readClose(payload: Buffer): { code: number; reason: string } {
  if (payload.length === 0) return { code: NO_CODE, reason: '' };
  const code = payload.readUInt16BE(0);
  const known = (code >= 1000 && code <= 1014 && !NEVER_SENT.has(code)) || (code >= 3000 && code <= 4999);
  if (!known) throw new FrameError('malformed');
  const reason = payload.subarray(2);
  if (!isUtf8(reason)) throw new FrameError('not-utf8');
  return { code, reason: reason.toString() };
}

/**
 * The payload of a close frame.
 * @param reason cut after a whole character where it is longer than a frame can carry
 */
export function writeClose(code: number, reason: string): Buffer {
  if (code === NO_CODE) return NOTHING;
  const text = Buffer.from(reason)
    .subarray(0, LONGEST_CONTROL - 2)
    .toString()
    .replace(/\uFFFD$/, '');
  const payload = Buffer.alloc(2 + Buffer.byteLength(text));
  payload.writeUInt16BE(code);
  payload.write(text, 2);
  return payload;
}
