import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type VirtualMachineInstance } from '#libs/kubevirt';
import { type Machines } from '../machines.js';
import { asFailure, badRequest, internal, plainText } from './failure.js';
import { agentFailure, INSTANCE_ACTIONS } from './instance-actions.js';
import { type Objects } from './objects.js';
import { POWER } from './power.js';
import { readBody, send, sendEmpty } from './respond.js';
import { STREAMS, vnc } from './stream-checks.js';
import { type Streams } from './streams.js';
import { type Target } from './target.js';

export interface HandlerParts {
  objects: Objects;
  machines: Machines;
  streams: Streams;
  /** An action has changed the machine of this instance. */
  changed(namespace: string, name: string): void;
}

/** Requests for subresources that are not upgrades. Each has passed checkRoute: its method and subresource fit. */
export class Handler {
  constructor(private readonly parts: HandlerParts) {}

  async handle(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'PUT') return this.#put(target, request, response);
    if (Object.hasOwn(STREAMS, target.subresource)) return this.parts.streams.plain(target);
    try {
      if (target.subresource !== 'vnc/screenshot') throw agentFailure(await this.#vmi(target));
      const png = await this.#picture(target);
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': png.length }).end(png);
    } catch (error) {
      // Of these routes every failure is 500 in plain text.
      throw plainText(500, asFailure(error).message);
    }
  }

  async #put(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { namespace, name, subresource } = target;
    const body = await readBody(request).catch((error: unknown) => {
      throw badRequest(`Can not unmarshal Request body to struct, error: ${asFailure(error).message}`);
    });
    if (target.resource === 'virtualmachines') {
      await POWER[subresource]?.(this.parts.objects, namespace, name, body);
      return sendEmpty(response, 202);
    }
    const vmi = await this.#vmi(target);
    INSTANCE_ACTIONS[subresource]?.(vmi, this.parts.machines.get(vmi.metadata.uid));
    this.parts.changed(namespace, name);
    sendEmpty(response, 200);
  }

  #vmi({ namespace, name }: Target): Promise<VirtualMachineInstance> {
    return this.parts.objects.vmi(namespace, name);
  }

  /** Works while someone uses the screen: since release 1.7, KubeVirt does not take it through VNC. */
  async #picture(target: Target): Promise<Uint8Array> {
    const vmi = await this.#vmi(target);
    vnc(vmi, target);
    const { uid = '' } = vmi.metadata;
    const machine = this.parts.machines.get(uid);
    if (machine === undefined) throw internal('dialing virt-handler: bad handshake: no such domain');
    return machine.screenshot();
  }
}

/** Answers a request with why it failed. */
export function respondFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const { code, type, body } = asFailure(error);
  send(response, code, type, body);
}
