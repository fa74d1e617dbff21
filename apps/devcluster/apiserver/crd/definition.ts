import { at, fieldsOf, isFields, recordsOf, textOf, textsOf } from '../fields.js';
import { type CompiledSchema, type Fields, type KubeObject, type PrinterColumn, type ResourceDef } from '../types.js';

export type Compile = (openAPIV3Schema: unknown) => CompiledSchema;

/** In the order in which discovery tells them of custom kinds. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The resources that an established CRD brings: one for each served version. */
export function definitionsOf(crd: KubeObject, compile: Compile): ResourceDef[] {
  const spec = fieldsOf(crd.spec);
  const versions = recordsOf(spec['versions']);
  const storage = textOf(versions.find((version) => version['storage'] === true)?.['name']);
  return versions
    .filter((version) => version['served'] === true)
    .map((version) => definition(spec, version, storage, compile));
}

function definition(spec: Fields, version: Fields, storageVersion: string, compile: Compile): ResourceDef {
  const names = fieldsOf(spec['names']);
  const schema = at(version, 'schema', 'openAPIV3Schema');
  return {
    group: textOf(spec['group']),
    version: textOf(version['name']),
    resource: textOf(names['plural']),
    kind: textOf(names['kind']),
    listKind: textOf(names['listKind']),
    singular: textOf(names['singular']),
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
    namespaced: spec['scope'] === 'Namespaced',
    verbs: VERBS,
    subresources: subresourcesOf(version),
    storageVersion,
    schema: compile(schema),
    openAPIV3Schema: fieldsOf(schema),
    printerColumns: recordsOf(version['additionalPrinterColumns']) as unknown as PrinterColumn[],
    selectableFields: recordsOf(version['selectableFields']).map((field) => textOf(field['jsonPath'])),
    custom: true,
  };
}

function subresourcesOf(version: Fields): ResourceDef['subresources'] {
  const scale = at(version, 'subresources', 'scale');
  return {
    ...(isFields(at(version, 'subresources', 'status')) ? { status: true } : {}),
    ...(isFields(scale) ? { scale: scale as unknown as NonNullable<ResourceDef['subresources']['scale']> } : {}),
  };
}
