import { type KubeObject } from '#libs/kube';

export interface Ports {
  http: number;
  https: number;
}

interface GateServer extends KubeObject {
  spec: { route: string; 'public-urls'?: string[] };
}

const isGateServer = (object: KubeObject): object is GateServer => object.kind === 'GateServer';

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
