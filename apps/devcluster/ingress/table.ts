import { Informer, type KubeClient, types } from '#libs/kube';
import { type Endpoint, endpointsOf } from './endpoints.js';
import { type Ingress, type Pod, type Secret, type Service } from './objects.js';
import { type Backend, findBackend, hostMatches } from './routes.js';

/** What the ingress knows of the cluster, live. */
export class RouteTable {
  private readonly ingresses: Informer<Ingress>;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly secrets: Informer<Secret>;
  private turn = 0;

  /** @param fallback the Service of requests that no Ingress names the host of, when they come over plain HTTP */
  constructor(
    client: KubeClient,
    private readonly fallback: Backend,
    onError: (error: unknown) => void,
  ) {
    const options = { renewMs: 300_000, onError };
    this.ingresses = new Informer(client, types.ingresses, options);
    this.services = new Informer(client, types.services, options);
    this.pods = new Informer(client, types.pods, options);
    this.secrets = new Informer(client, types.secrets, { ...options, fieldSelector: 'type=kubernetes.io/tls' });
  }

  async start(): Promise<void> {
    const all = [this.ingresses, this.services, this.pods, this.secrets];
    all.forEach((informer) => informer.start());
    await Promise.all(all.map((informer) => informer.synced()));
  }

  async stop(): Promise<void> {
    const all = [this.ingresses, this.services, this.pods, this.secrets];
    await Promise.all(all.map((informer) => informer.stop()));
  }

  /** @param host lower case, without port; undefined when the fallback is meant */
  backend(host: string | undefined): Backend | undefined {
    return host === undefined ? this.fallback : findBackend(this.ingresses.list(), host);
  }

  /** The endpoints of a backend, each time another one first. */
  endpoints({ namespace, service }: Backend): Endpoint[] {
    const found = endpointsOf(this.services.get(service.name, namespace), service.port, this.pods.list());
    this.turn += 1;
    const first = found.length > 0 ? this.turn % found.length : 0;
    return [...found.slice(first), ...found.slice(0, first)];
  }

  /** Certificate and key of the secret that an Ingress names for this host. */
  certificate(host: string): { cert: Buffer; key: Buffer; version: string } | undefined {
    for (const { metadata, spec } of this.ingresses.list()) {
      const tls = spec?.tls?.find(({ hosts }) => hosts?.some((pattern) => hostMatches(pattern, host)));
      const secret = tls?.secretName === undefined ? undefined : this.secrets.get(tls.secretName, metadata.namespace);
      const { 'tls.crt': cert, 'tls.key': key } = secret?.data ?? {};
      if (cert && key) {
        const version = `${secret?.metadata.uid}/${secret?.metadata.resourceVersion}`;
        return { cert: Buffer.from(cert, 'base64'), key: Buffer.from(key, 'base64'), version };
      }
    }
    return undefined;
  }
}
