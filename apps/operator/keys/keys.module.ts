import { Module } from '@nestjs/common';
import { KeyFactory } from './key-factory.js';

@Module({ providers: [KeyFactory], exports: [KeyFactory] })
export class KeysModule {}
