import { gateServerSpecSchema, gateServerStatusSchema } from './gateserver.schema.js';
import { gateSessionSpecSchema, gateSessionStatusSchema } from './gatesession.schema.js';
import { gateTokenSpecSchema, gateTokenStatusSchema, gateTokenValidations } from './gatetoken.schema.js';
import { GROUP, VERSION } from './meta.js';
import { type Schema, type Validation } from './schema.js';

/** A column of `kubectl get`; priority 1 shows with `-o wide`. */
interface Column {
  name: string;
  type: 'string' | 'integer' | 'date' | 'boolean';
  jsonPath: string;
  description?: string;
  priority?: number;
}

interface Kind {
  kind: string;
  singular: string;
  plural: string;
  short: string;
  spec: Schema;
  status: Schema;
  columns: Column[];
  validations?: readonly Validation[];
}

const column = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({ name, type, jsonPath });
const wide = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({
  ...column(name, jsonPath, type),
  priority: 1,
});
const age = column('Age', '.metadata.creationTimestamp', 'date');

const gateServer: Kind = {
  kind: 'GateServer',
  singular: 'gateserver',
  plural: 'gateservers',
  short: 'gs',
  spec: gateServerSpecSchema,
  status: gateServerStatusSchema,
  // Its Service bears the same name, and the longest name made from it adds 11 characters.
  validations: [
    {
      rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$')",
      message:
        'metadata.name must be a DNS label of at most 52 characters that starts with a letter, such as my-gateway',
    },
  ],
  columns: [
    column('Phase', '.status.phase'),
    column('URL', '.status.url'),
    column('Ready', '.status.ready-replicas', 'integer'),
    column('Replicas', '.spec.replicas', 'integer'),
    wide('Secret', '.status.secret-name'),
    wide('Image', '.spec.img'),
    age,
  ],
};

const gateToken: Kind = {
  kind: 'GateToken',
  singular: 'gatetoken',
  plural: 'gatetokens',
  short: 'gt',
  spec: gateTokenSpecSchema,
  status: gateTokenStatusSchema,
  validations: gateTokenValidations,
  columns: [
    column('Phase', '.status.phase'),
    column('VM', '.spec.vm'),
    column('Until', '.status.data.until'),
    column('Live', '.status.live', 'integer'),
    wide('From', '.status.data.from'),
    wide('Issuer', '.status.issuer'),
    wide('Description', '.spec.description'),
    age,
  ],
};

const gateSession: Kind = {
  kind: 'GateSession',
  singular: 'gatesession',
  plural: 'gatesessions',
  short: 'gsess',
  spec: gateSessionSpecSchema,
  status: gateSessionStatusSchema,
  columns: [
    column('VM', '.spec.vm'),
    column('Kind', '.spec.kind'),
    column('User', '.spec.user'),
    column('Token', '.spec.token'),
    column('Phase', '.status.phase'),
    column('Client', '.spec.client-address'),
    wide('Pod', '.spec.pod'),
    wide('Reason', '.status.reason'),
    age,
  ],
};

/** The CustomResourceDefinitions of this group, complete: same input, same object. */
export const crds = [gateServer, gateToken, gateSession].map(definition);

function definition({ kind, singular, plural, short, spec, status, columns, validations }: Kind) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, singular, plural, shortNames: [short] },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: root(spec, status, validations) },
          subresources: { status: {} },
        },
      ],
    },
  };
}

function root(spec: Schema, status: Schema, validations?: readonly Validation[]) {
  return {
    type: 'object',
    description: spec.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this representation.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec,
      status,
    },
    ...(validations !== undefined && { 'x-kubernetes-validations': validations }),
  };
}
