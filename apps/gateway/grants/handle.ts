import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a grant's cookie says: a short stand-in for the JWT, which can be larger than a cookie may be. */
export interface Handle {
  /** UID of the GateToken. */
  readonly uid: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  /** Tells browsers apart; single use is bound to it. */
  readonly nonce: string;
  /** Id of the key that signed the JWT which was redeemed: the cookie ends with that JWT. Absent for a link. */
  readonly kid?: string | undefined;
}

const SHAPE =
  /^([0-9A-Za-z-]{1,64})\.(\d{1,12})\.([0-9A-Za-z_-]{16,64})(?:\.([0-9A-Za-z_-]{43}))?\.([0-9A-Za-z_-]{43})$/;

/** Makes and reads `UID.exp.nonce.HMAC`; `UID.exp.nonce.kid.HMAC` for a JWT. */
@Injectable()
export class Handles {
  private readonly key: Buffer;

  constructor(@Inject(GATEWAY_CONFIG) { sessionKey }: Pick<GatewayConfig, 'sessionKey'>) {
    this.key = sessionKey.derive('grant-cookie');
  }

  write({ uid, exp, nonce, kid }: Handle): string {
    const body = [uid, exp, nonce, kid].filter((part) => part !== undefined).join('.');
    return `${body}.${this.mac(body).toString('base64url')}`;
  }

  /** @returns undefined for everything that this gateway did not write itself */
  read(value: string): Handle | undefined {
    const [, uid, exp, nonce, kid, mac] = SHAPE.exec(value) ?? [];
    if (uid === undefined || exp === undefined || nonce === undefined || mac === undefined) return undefined;
    const handle = { uid, exp: Number(exp), nonce, kid };
    const given = Buffer.from(mac, 'base64url');
    const wanted = this.mac(value.slice(0, value.lastIndexOf('.')));
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? handle : undefined;
  }

  private mac(body: string): Buffer {
    return createHmac('sha256', this.key).update(body).digest();
  }
}
