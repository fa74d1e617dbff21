import { Refusal } from '../http/refusal.js';

/** A JWT is asked for where none may be kept (`store-tokens` of the GateServer is false). @param hint how to get a link */
export function noJwts(namespace: string, hint: string): Refusal {
  return new Refusal(
    409,
    `The gateway of namespace ${namespace} issues no JWTs: store-tokens is false in its GateServer.`,
    hint,
  );
}
