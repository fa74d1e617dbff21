import { at, fieldsOf, isFields, recordsOf, textOf, textsOf } from '../fields.js';
import { nameFault } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject } from '../types.js';
import { named, needed, oneOf } from './faults.js';

const APPROVAL = 'api-approved.kubernetes.io';
const TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const PROTECTED = /(^|\.)(k8s|kubernetes)\.io$/;

/** Names, columns, subresources and conversion of a CRD, after k8s.io/apiextensions-apiserver/pkg/apis/.../validation. */
export function crdFaults(crd: KubeObject, spec: Fields): Cause[] {
  const versions = recordsOf(spec['versions']);
  const one = versions.length === 1;
  const group = textOf(spec['group']);
  const causes: Cause[] = [];
  if (group && !group.includes('.')) {
    causes.push(cause.invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (PROTECTED.test(group) && !crd.metadata.annotations?.[APPROVAL]) {
    const detail = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`;
    causes.push(cause.required(`metadata.annotations[${APPROVAL}]`, detail));
  }
  if (spec['preserveUnknownFields'] === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.push(cause.invalid('spec.preserveUnknownFields', true, detail));
  }
  return [
    ...causes,
    ...nameFaults(fieldsOf(spec['names'])),
    ...versions.flatMap((version, index) => [
      ...named(`spec.versions[${index}].name`, version['name'], 'dns1035'),
      // Kubernetes speaks of the one version of a CRD by the names that it has in its own memory.
      ...versionFaults(version, one ? 'spec' : `spec.versions[${index}]`),
    ]),
    ...conversionFaults(fieldsOf(spec['conversion'])),
  ];
}

function nameFaults(names: Fields): Cause[] {
  const mixed = (field: string): Cause[] => {
    const fault = nameFault(textOf(names[field]).toLowerCase(), 'dns1035');
    if (!names[field] || !fault) return [];
    const detail = `may have mixed case, but should otherwise match: ${fault}`;
    return [cause.invalid(`spec.names.${field}`, names[field], detail)];
  };
  return [
    ...needed('spec.names.singular', names['singular']),
    ...named('spec.names.singular', names['singular'], 'dns1035'),
    ...mixed('kind'),
    ...needed('spec.names.listKind', names['listKind']),
    ...mixed('listKind'),
    ...textsOf(names['shortNames']).flatMap((name, i) => named(`spec.names.shortNames[${i}]`, name, 'dns1035')),
  ];
}

function versionFaults(version: Fields, path: string): Cause[] {
  const columns = recordsOf(version['additionalPrinterColumns']).flatMap((column, index) => {
    const field = `${path}.additionalPrinterColumns[${index}]`;
    const where = textOf(column['jsonPath']);
    const simple = where === '' || /^[.{]/.test(where);
    return [
      ...needed(`${field}.name`, column['name']),
      ...(TYPES.includes(textOf(column['type']))
        ? []
        : [cause.invalid(`${field}.type`, column['type'] ?? '', `must be one of ${TYPES.join(',')}`)]),
      ...needed(`${field}.JSONPath`, where),
      ...(simple ? [] : [cause.invalid(`${field}.JSONPath`, where, 'must be a simple json path starting with .')]),
    ];
  });
  const scale = at(version, 'subresources', 'scale');
  if (!isFields(scale)) return columns;
  const paths = ['specReplicasPath', 'statusReplicasPath'];
  return [...columns, ...paths.flatMap((name) => needed(`${path}.subresources.scale.${name}`, scale[name]))];
}

function conversionFaults({ strategy, webhook }: Fields): Cause[] {
  if (strategy !== 'Webhook') return oneOf('spec.conversion.strategy', strategy, ['None', 'Webhook']);
  const causes: Cause[] = [];
  if (!isFields(at(webhook, 'clientConfig'))) {
    causes.push(cause.required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook'));
  }
  if (textsOf(at(webhook, 'conversionReviewVersions')).length === 0) {
    causes.push(cause.required('spec.conversion.conversionReviewVersions'));
  }
  return causes;
}
