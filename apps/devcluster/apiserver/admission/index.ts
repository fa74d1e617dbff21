import { type KubeObject, type ResourceDef, type UserInfo } from '../types.js';

/** One write on its way to the store. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  def: ResourceDef;
  subresource: string;
  namespace: string | undefined;
  /** Empty while a new object has none yet (generateName), and where a collection is deleted. */
  name: string;
  object?: KubeObject;
  old?: KubeObject;
  user: UserInfo;
  dryRun: boolean;
  /** Tells the client something beside the answer. */
  warn?: ((text: string) => void) | undefined;
  /** A deed of the server itself: nobody outside is asked about it. */
  own?: boolean | undefined;
}

/** A plug-in; refuses by throwing an ApiError. */
export interface AdmissionPlugin {
  /** Sees a private copy and may change it in place. */
  mutate?(request: AdmissionRequest): Promise<void> | void;
  /** Sees the object as it would be stored. */
  validate?(request: AdmissionRequest): Promise<void> | void;
}

/** The one place that every create, update and delete passes. Plug-ins are asked in their order. */
export class Admission {
  readonly #plugins: AdmissionPlugin[];

  constructor(plugins: AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) await plugin.mutate?.(request);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) await plugin.validate?.(request);
  }
}
