import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a grant's cookie says: a short stand-in for the JWT, which can be larger than a cookie may be. */
export interface Handle {
  /** UID of the GateToken. */
  readonly uid: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  /** Tells browsers apart; single use is bound to it. */
  readonly nonce: string;
}

const SHAPE = /^([0-9A-Za-z-]{1,64})\.(\d{1,12})\.([0-9A-Za-z_-]{16,64})\.([0-9A-Za-z_-]{43})$/;

/** Makes and reads `UID.exp.nonce.HMAC`. */
export class Handles {
  /** @param key 32 bytes, derived for this purpose alone */
  constructor(private readonly key: Buffer) {}

  write({ uid, exp, nonce }: Handle): string {
    const body = `${uid}.${exp}.${nonce}`;
    return `${body}.${this.mac(body).toString('base64url')}`;
  }

  /** @returns undefined for everything that this gateway did not write itself */
  read(value: string): Handle | undefined {
    const [, uid, exp, nonce, mac] = SHAPE.exec(value) ?? [];
    if (uid === undefined || exp === undefined || nonce === undefined || mac === undefined) return undefined;
    const given = Buffer.from(mac, 'base64url');
    const wanted = this.mac(`${uid}.${exp}.${nonce}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    return { uid, exp: Number(exp), nonce };
  }

  private mac(body: string): Buffer {
    return createHmac('sha256', this.key).update(body).digest();
  }
}
