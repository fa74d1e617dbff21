import { type ArgumentsHost, Catch, type ExceptionFilter, ServiceUnavailableException } from '@nestjs/common';
import { type Response } from 'express';

/** A probe reads what terminus found, in terminus' own shape, and not a refusal. */
@Catch(ServiceUnavailableException)
export class UnhealthyFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.setHeader('cache-control', 'no-store');
    response.status(503).json(exception.getResponse());
  }
}
