import { type GateSessionSpec, type GateSessionStatus } from './gatesession.js';
import { bytes, instant, namespaceName, objectName, type Schema, type SchemaOf, text } from './schema.js';

export const gateSessionSpecSchema: Schema = {
  type: 'object',
  description: 'The record of one console. Deleting it closes the console.',
  required: ['vm', 'kind', 'client-address', 'pod'],
  properties: {
    token: text('Name of the GateToken. Absent if a signed-in user opened the console.', 253),
    user: text('Name of the signed-in user, if there is no token.', 1024),
    vm: objectName('spec.vm', 'Name of the virtual machine.', 'a virtual machine', 'my-vm'),
    namespace: namespaceName(
      'spec.namespace',
      'Namespace of the virtual machine. Defaults to the namespace of this record.',
    ),
    kind: { type: 'string', description: 'Which console.', enum: ['vnc', 'serial'] },
    'client-address': text('Client address that opened the console.', 128),
    'user-agent': text('User agent of the client.', 1024),
    pod: text('The gateway pod that serves the console.', 253),
  } satisfies SchemaOf<GateSessionSpec>,
};

export const gateSessionStatusSchema: Schema = {
  type: 'object',
  description: 'Status of the console, written by the gateway.',
  properties: {
    phase: { type: 'string', description: 'Summary of the status.', enum: ['Active', 'Ended'] },
    started: instant('When the console was opened.'),
    ended: instant('When it ended.'),
    'bytes-in': bytes('Bytes from the browser to the guest.'),
    'bytes-out': bytes('Bytes from the guest to the browser.'),
    reason: text('Why it ended.', 1024),
  } satisfies SchemaOf<GateSessionStatus>,
};
