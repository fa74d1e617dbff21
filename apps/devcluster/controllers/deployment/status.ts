import { rfc3339 } from '#libs/kube';
import { type Deployment, type DeploymentStatus, type ReplicaSet } from '../workload.js';
import { bounds } from './rolling.js';

type Condition = NonNullable<DeploymentStatus['conditions']>[number];

const sum = (sets: ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
  sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);

/** A Deployment's status, given the ReplicaSet of its template and the former ones. Pure. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: ReplicaSet[],
  now: Date,
): DeploymentStatus {
  const all = current ? [current, ...old] : old;
  const desired = deployment.spec.replicas ?? 1;
  const available = sum(all, 'availableReplicas');
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(all, 'replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(sum(all, 'replicas'), desired) - available,
  };
  const former = deployment.status?.conditions ?? [];
  const wellEnough = available >= desired - bounds(deployment).unavailable;
  const refused = current?.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [];
  const conditions = [availability(wellEnough), progressing(isComplete(deployment, status), current), ...refused];
  return { ...status, conditions: conditions.map((condition) => withTimes(condition, former, now)) };
}

function availability(well: boolean): Condition {
  return well
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progressing(complete: boolean, current: ReplicaSet | undefined): Condition {
  const name = current?.metadata.name ?? '';
  const [reason, said] = complete
    ? ['NewReplicaSetAvailable', 'has successfully progressed']
    : ['ReplicaSetUpdated', 'is progressing'];
  return { type: 'Progressing', status: 'True', reason, message: `ReplicaSet "${name}" ${said}.` };
}

/** All pods are of the current template and available. */
function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const desired = spec.replicas ?? 1;
  return (
    status.updatedReplicas === desired &&
    status.replicas === desired &&
    status.availableReplicas === desired &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** Times move only when there is something to tell: both on a flip, the update alone with another reason. */
function withTimes(condition: Condition, former: Condition[], now: Date): Condition {
  const old = former.find(({ type }) => type === condition.type);
  const time = rfc3339(now);
  const flipped = old?.status !== condition.status;
  const told = flipped || old.reason !== condition.reason || old.message !== condition.message;
  return {
    ...condition,
    lastTransitionTime: flipped ? time : (old.lastTransitionTime ?? time),
    lastUpdateTime: told ? time : (old.lastUpdateTime ?? time),
  };
}
