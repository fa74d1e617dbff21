import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { types } from '#libs/kube';
import { controllerReference } from '../owner.js';
import { type Deployment, type PodTemplate, type ReplicaSet } from '../workload.js';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';

/** Kubernetes' alphabet of names that spell no words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const HASH_LENGTH = 10;

/** Short name of a template. */
export function templateHash(template: PodTemplate): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, HASH_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The ReplicaSet that was made from the Deployment's present template. */
export function currentSet({ spec }: Deployment, sets: ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(spec.template);
  return sets.find((set) => isDeepStrictEqual(withoutHash(set.spec.template), wanted));
}

export const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[REVISION] ?? 0);

/** The revision that the current template has, or would get. */
export function currentRevision(current: ReplicaSet | undefined, old: ReplicaSet[]): number {
  const highest = Math.max(0, ...old.map(revisionOf));
  return current && revisionOf(current) > highest ? revisionOf(current) : highest + 1;
}

/** A new ReplicaSet for the present template. */
export function replicaSetOf(deployment: Deployment, replicas: number, revision: number): ReplicaSet {
  const { template, selector } = deployment.spec;
  const hash = templateHash(template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: { [REVISION]: String(revision), [DESIRED]: String(deployment.spec.replicas ?? 1) },
      ownerReferences: [controllerReference(types.deployments, deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
