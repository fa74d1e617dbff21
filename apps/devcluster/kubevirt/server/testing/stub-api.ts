import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';

/** The little of an API server that is asked: GET and merge PATCH of VMs and instances. */
export class StubApi {
  readonly vms = new Map<string, VirtualMachine>();
  readonly vmis = new Map<string, VirtualMachineInstance>();
  patches: unknown[] = [];
  readonly #server: Server = createServer((req, res) => {
    const [, resource, name = ''] = /\/(virtualmachines|virtualmachineinstances)\/([^/?]+)/.exec(req.url ?? '') ?? [];
    const found = (resource === 'virtualmachines' ? this.vms : this.vmis).get(name);
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      if (req.method === 'PATCH') this.#patch(found, JSON.parse(Buffer.concat(parts).toString()) as VirtualMachine);
      const status = { kind: 'Status', reason: 'NotFound', code: 404, message: 'not found' };
      res.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? status));
    });
  });

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #patch(found: VirtualMachine | VirtualMachineInstance | undefined, patch: VirtualMachine): void {
    this.patches.push(patch);
    if (found !== undefined) Object.assign(found.spec, patch.spec);
  }
}
