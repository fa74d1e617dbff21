import { type Request } from 'express';
import { Refusal } from './refusal.js';

/** The answer at an address, or to a method, that the gateway does not have. The address itself may hold a token. */
export function nothingAt({ method, originalUrl }: Pick<Request, 'method' | 'originalUrl'>): Refusal {
  if (originalUrl.startsWith('/api/')) {
    return new Refusal(404, 'The REST API has no such method and path.', 'Check them at /api/docs.');
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return new Refusal(404, `This address does not accept ${method}.`, 'Check the address and the method.');
  }
  return new Refusal(404, 'There is no page at this address.', 'Check the address, or start at /.');
}
