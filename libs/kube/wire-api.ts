import { type Configuration, type KubernetesObject, type RequestContext } from '@kubernetes/client-node';
import { KubernetesObjectApi } from '#client-node';
import { GarbageError } from './errors.js';

/**
 * The generic client of @kubernetes/client-node on one path, with JSON as it is on the wire. What differs from the
 * package's own: no discovery request for each kind; a path that keeps the case of names and refuses `..` (resources.ts);
 * no models, which turn times into Date and drop the fields that they do not know.
 */
export class WireApi extends KubernetesObjectApi {
  constructor(
    configuration: Configuration,
    private readonly path: string,
    private readonly options: { signal?: AbortSignal | undefined; accept?: string | undefined } = {},
  ) {
    super(configuration);
  }

  protected override specUriPath(): Promise<string> {
    return Promise.resolve(this.path);
  }

  protected override requestPromise<T extends KubernetesObject>(context: RequestContext): Promise<T> {
    const { signal, accept } = this.options;
    if (signal) context.setSignal(signal);
    if (accept !== undefined) context.setHeaderParam('Accept', accept);
    return super.requestPromise(context);
  }

  /** @throws GarbageError when the answer is not JSON */
  protected override async processResponse<T>(
    response: Parameters<KubernetesObjectApi['processResponse']>[0],
  ): Promise<T> {
    const text = await response.body.text();
    try {
      return JSON.parse(text || '{}') as T;
    } catch {
      throw new GarbageError(`${this.path}: the answer is not JSON`);
    }
  }
}

/** A body that the package sends as it is: what has no apiVersion and kind has no model. */
export class Verbatim implements KubernetesObject {
  declare readonly kind?: never;

  constructor(private readonly body: unknown) {}

  toJSON(): unknown {
    return this.body;
  }
}
