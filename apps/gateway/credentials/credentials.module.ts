import { Module } from '@nestjs/common';
import { GuestCredential } from './guest-credential.js';

/** Who asks: a grant or a signed-in user, under which token that goes upstream, and when it ends. */
@Module({ providers: [GuestCredential], exports: [GuestCredential] })
export class CredentialsModule {}
