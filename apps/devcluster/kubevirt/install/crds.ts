import { type KubeObject } from '#libs/kube';

interface Column {
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
}

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const READY: Column = { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' };

const FREE = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A machine needs a domain. */
const INSTANCE_SPEC = { ...FREE, required: ['domain'], properties: { domain: FREE } };

/** spec.running and spec.runStrategy exclude each other; what a machine is made of is KubeVirt's business. */
const MACHINE_SPEC = {
  type: 'object',
  required: ['template'],
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    running: { type: 'boolean', description: 'Deprecated: use runStrategy. Excludes it.' },
    runStrategy: {
      type: 'string',
      enum: ['Always', 'Halted', 'Manual', 'RerunOnFailure', 'Once', 'WaitAsReceiver'],
      description: 'When the machine runs. Excludes running.',
    },
    template: {
      ...FREE,
      required: ['spec'],
      properties: { metadata: FREE, spec: INSTANCE_SPEC },
      description: 'What each run of the machine is made from.',
    },
  },
  'x-kubernetes-validations': [
    {
      rule: '!(has(self.running) && has(self.runStrategy))',
      message: 'Running and RunStrategy are mutually exclusive',
    },
  ],
};

function definition(
  names: { kind: string; plural: string; singular: string; shortNames: string[] },
  spec: object,
  columns: Column[],
): KubeObject & { spec: object } {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.kubevirt.io`, labels: { 'kubevirt.io': '' } },
    spec: {
      group: 'kubevirt.io',
      scope: 'Namespaced',
      names: { ...names, listKind: `${names.kind}List`, categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec,
                status: FREE,
              },
            },
          },
        },
      ],
    },
  };
}

/** VirtualMachine and VirtualMachineInstance of kubevirt.io/v1. */
export const CRDS = [
  definition(
    { kind: 'VirtualMachine', plural: 'virtualmachines', singular: 'virtualmachine', shortNames: ['vm', 'vms'] },
    MACHINE_SPEC,
    [
      AGE,
      {
        name: 'Status',
        type: 'string',
        jsonPath: '.status.printableStatus',
        description: 'Human Readable Status',
      },
      READY,
    ],
  ),
  definition(
    {
      kind: 'VirtualMachineInstance',
      plural: 'virtualmachineinstances',
      singular: 'virtualmachineinstance',
      shortNames: ['vmi', 'vmis'],
    },
    INSTANCE_SPEC,
    [
      AGE,
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'IP', type: 'string', jsonPath: '.status.interfaces[0].ipAddress' },
      { name: 'NodeName', type: 'string', jsonPath: '.status.nodeName' },
      READY,
    ],
  ),
];
