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
}

const SHAPE = /^([0-9A-Za-z-]{1,64})\.(\d{1,12})\.([0-9A-Za-z_-]{16,64})\.([0-9A-Za-z_-]{43})$/;

/** Makes and reads `UID.exp.nonce.HMAC`. */
@Injectable()
export class Handles {
  private readonly key: Buffer;

  constructor(@Inject(GATEWAY_CONFIG) { sessionKey }: Pick<GatewayConfig, 'sessionKey'>) {
    this.key = sessionKey.derive('grant-cookie');
  }

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
