import { type KubeObject } from '#libs/kube';

export interface Ports {
  http: number;
  https: number;
}

interface GateServer extends KubeObject {
  spec: { route: string; 'public-urls'?: string[] };
}

export const isGateServer = (object: KubeObject): object is GateServer => object.kind === 'GateServer';

/** The ports that the samples are written with. */
const WRITTEN: Ports = { http: 8080, https: 8443 };

/** The samples with the ports that are really listened on. */
export function withPorts(objects: KubeObject[], ports: Ports): KubeObject[] {
  return objects.map((object) => {
    if (!isGateServer(object)) return object;
    const urls = object.spec['public-urls']?.map((url) =>
      url
        .replace(`http://localhost:${WRITTEN.http}`, `http://localhost:${ports.http}`)
        .replace(`${object.spec.route}:${WRITTEN.https}`, `${object.spec.route}:${ports.https}`),
    );
    return { ...object, spec: { ...object.spec, ...(urls ? { 'public-urls': urls } : {}) } };
  });
}

type Installed = KubeObject & { spec?: object; webhooks?: { clientConfig: { service: object } }[] };

/** The webhook where a port of localhost leads to it, and not its Service, whose address is not routed. */
export function withWebhook(objects: Installed[], port: number): KubeObject[] {
  return objects.map((object) => {
    const { kind, spec, webhooks } = object;
    if (kind === 'Service') return { ...object, spec: { ...spec, type: 'ExternalName', externalName: 'localhost' } };
    for (const { clientConfig } of webhooks ?? []) clientConfig.service = { ...clientConfig.service, port };
    return object;
  });
}
