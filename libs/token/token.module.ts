import { type DynamicModule, Module } from '@nestjs/common';
import { KeyRing, type KeyRingOptions } from './key-ring.js';

export interface TokenModuleOptions extends KeyRingOptions {
  /** The public keys at the start; `KeyRing.replace` puts later ones in their place. */
  readonly jwks?: { keys: readonly object[] };
}

/** Provides the one KeyRing of an app. */
@Module({})
export class TokenModule {
  static forRoot({ jwks = { keys: [] }, ...options }: TokenModuleOptions = {}): DynamicModule {
    return {
      module: TokenModule,
      global: true,
      providers: [{ provide: KeyRing, useFactory: () => KeyRing.fromJwks(jwks, options) }],
      exports: [KeyRing],
    };
  }
}
