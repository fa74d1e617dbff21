import { type KubeObject } from '#libs/kube';
import { INSTANCE, MANAGED_BY, OPERATOR } from '../cluster/labels.js';

/** Labels that tell the pods of one gateway from all others. They never change, as a Deployment's selector may not. */
export function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': 'kube-gateway', [INSTANCE]: name };
}

/** `namespace/name` of the GateServer whose labels an object has. */
export function gatewayOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.labels?.[INSTANCE]}`;
}

export function labelsOf(name: string): Record<string, string> {
  return { ...selectorOf(name), 'app.kubernetes.io/component': 'gateway', [MANAGED_BY]: OPERATOR };
}

/** The Service takes the GateServer's name, so that must be a DNS label, with room for the suffixes. */
export const NAME = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;
