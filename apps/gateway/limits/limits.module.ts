import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Attempts } from './attempts.js';
import { LimitAttempts } from './limit-attempts.js';

const { GET, POST } = RequestMethod;

/** What strangers may try, and how often (security.md row 21). Nothing below /k8s passes here. */
@Module({ imports: [HttpModule, OpsModule], providers: [Attempts] })
export class LimitsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(LimitAttempts)
      .forRoutes(
        { path: 'l', method: POST },
        { path: 'login', method: POST },
        { path: 'auth/jwt/set', method: GET },
        { path: 'auth/jwt/set', method: POST },
        { path: 'auth/jwt/request', method: POST },
      );
  }
}
