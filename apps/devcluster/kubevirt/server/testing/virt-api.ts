import { request } from 'node:https';
import { kubeconfigOf, KubeClient, Upstream } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { Guest } from '../../guest/guest.js';
import { Machines } from '../../machines.js';
import { Objects } from '../objects.js';
import { SubresourceServer } from '../server.js';
import { Streams } from '../streams.js';
import { Viewers } from '../viewers.js';
import { StubApi } from './stub-api.js';

export interface Answer {
  code: number;
  /** Content type, empty where there is none. */
  type: string;
  body: Buffer;
}

/** What the API server says of who asks. */
export const REMOTE = { 'x-remote-user': 'alice' };

/** A SubresourceServer with built-in guests in front of a stub of the API server. */
export class VirtApi {
  readonly api = new StubApi();
  readonly viewers = new Viewers();
  readonly machines = new Machines(
    (spec, events) => new Guest(spec, events),
    () => undefined,
  );
  origin = '';
  #upstream!: Upstream;
  #server!: SubresourceServer;

  private constructor(
    /** Signs the server's certificate. */
    readonly ca: PemPair,
    /** Signs the client certificates of the API server. */
    readonly frontProxy: PemPair,
    /** The API server's own client certificate. */
    readonly apiServer: PemPair,
  ) {}

  static async start(): Promise<VirtApi> {
    const ca = await makeCa({ cn: 'kubevirt' });
    const frontProxy = await makeCa({ cn: 'front-proxy' });
    const apiServer = await makeCertificate(frontProxy, { cn: 'front-proxy-client', usages: ['client'] });
    const virtApi = new VirtApi(ca, frontProxy, apiServer);
    await virtApi.#listen();
    return virtApi;
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.machines.stopAll();
    await this.#upstream.close();
    this.api.close();
  }

  /** Forgets every VM, and knows these; a machine runs behind each instance that is Running. */
  async given(...states: { vm?: VirtualMachine; vmi?: VirtualMachineInstance }[]): Promise<void> {
    this.viewers.cutAll();
    await this.machines.stopAll();
    this.api.patches = [];
    this.api.vms.clear();
    this.api.vmis.clear();
    for (const { vm, vmi } of states) {
      if (vm !== undefined) this.api.vms.set(vm.metadata.name ?? '', vm);
      if (vmi !== undefined) this.api.vmis.set(vmi.metadata.name ?? '', vmi);
      if (vmi?.status?.phase === 'Running') this.machines.start(vmi);
    }
  }

  /** @param as client certificate, none where empty */
  ask(
    method: string,
    path: string,
    as: Partial<PemPair> = this.apiServer,
    headers: object = REMOTE,
    body = '',
  ): Promise<Answer> {
    const { cert, key } = as;
    return new Promise<Answer>((resolve, reject) => {
      const options = { method, ca: this.ca.cert, agent: false, headers: { ...headers } };
      const pair = cert && key ? { cert, key } : {};
      const req = request(`https://${this.origin}${path}`, { ...options, ...pair }, (res) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () =>
          resolve({ code: res.statusCode ?? 0, type: res.headers['content-type'] ?? '', body: Buffer.concat(parts) }),
        );
      });
      req.on('error', reject);
      req.end(body);
    });
  }

  async #listen(): Promise<void> {
    this.#upstream = new Upstream(kubeconfigOf({ server: (await this.api.listen()).href }));
    const objects = new Objects(new KubeClient(this.#upstream));
    this.#server = new SubresourceServer({
      certificate: await makeCertificate(this.ca, { cn: 'virt-api', dns: ['localhost'], ips: ['127.0.0.1'] }),
      frontProxy: { ca: this.frontProxy.cert, names: ['front-proxy-client'] },
      objects,
      viewers: this.viewers,
      machines: this.machines,
      streams: new Streams(objects, this.machines, this.viewers),
      changed: () => undefined,
    });
    this.origin = `127.0.0.1:${await this.#server.listen()}`;
  }
}
