import { type DynamicModule, Module } from '@nestjs/common';
import { OPERATOR_CONFIG, type OperatorConfig } from './config.js';

/** Provides the configuration to the whole app. */
@Module({})
export class ConfigModule {
  static forRoot(config: OperatorConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: OPERATOR_CONFIG, useValue: config }],
      exports: [OPERATOR_CONFIG],
    };
  }
}
