/** An answer that is not a success: a metav1.Status, worded as k8s.io/apimachinery's errors package does, or plain text. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: { name: string; group: string; kind: string },
    private readonly plain = false,
  ) {
    super(message);
  }

  /** The content type of the body. */
  get type(): string {
    return this.plain ? 'text/plain; charset=utf-8' : 'application/json';
  }

  get body(): string {
    return this.plain ? this.message : JSON.stringify(this.toStatus());
  }

  toStatus(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

export type Singular = 'virtualmachine' | 'virtualmachineinstance';

const detail = (kind: Singular, name: string) => ({ name, group: 'kubevirt.io', kind });

export const notFound = (kind: Singular, name: string): Failure =>
  new Failure(404, 'NotFound', `${kind}.kubevirt.io "${name}" not found`, detail(kind, name));

export const conflict = (kind: Singular, name: string, why: string): Failure =>
  new Failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${kind}.kubevirt.io "${name}": ${why}`,
    detail(kind, name),
  );

export const badRequest = (message: string): Failure => new Failure(400, 'BadRequest', message);

export const internal = (why: string): Failure => new Failure(500, 'InternalError', `Internal error occurred: ${why}`);

export const plainText = (code: number, text: string): Failure => new Failure(code, '', text, undefined, true);

export const unauthorized = (): Failure => new Failure(401, 'Unauthorized', 'Unauthorized');

/** No route leads there. */
export const nowhere = (): Failure => new Failure(404, 'NotFound', 'the server could not find the requested resource');

/** Anything that was thrown as a Failure. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : internal(error instanceof Error ? error.message : String(error));
}
