import { type Deployment, type ReplicaSet } from '../workload.js';

/** New numbers of replicas, by name of the ReplicaSet; those that stay are not named. */
export type Scaling = Map<string, number>;

const specOf = (set: ReplicaSet): number => set.spec.replicas ?? 1;
const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
const total = (sets: ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((sum, set) => sum + of(set), 0);

/** The bounds of a rolling update in pods. Surge is rounded up, unavailability down; both 0 would never move. */
export function bounds({ spec }: Deployment): { surge: number; unavailable: number } {
  const desired = spec.replicas ?? 1;
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, desired, Math.ceil);
  const unavailable = share(maxUnavailable, desired, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, desired) };
}

function share(value: number | string, of: number, round: (value: number) => number): number {
  const text = String(value);
  return text.endsWith('%') ? round((Number(text.slice(0, -1)) * of) / 100) : Number(text);
}

/** How many replicas the ReplicaSet of the current template may have now. */
export function newReplicas(deployment: Deployment, current: ReplicaSet | undefined, old: ReplicaSet[]): number {
  const desired = deployment.spec.replicas ?? 1;
  const now = current ? specOf(current) : 0;
  if (now >= desired) return desired;
  const room = desired + bounds(deployment).surge - now - total(old, specOf);
  return now + Math.max(Math.min(room, desired - now), 0);
}

/** The next step down of the former ReplicaSets: pods that are not available first, and never below what must be available. */
export function oldReplicas(deployment: Deployment, current: ReplicaSet, old: ReplicaSet[]): Scaling {
  const scaling: Scaling = new Map();
  const active = old.filter((set) => specOf(set) > 0);
  const least = (deployment.spec.replicas ?? 1) - bounds(deployment).unavailable;
  const newUnavailable = Math.max(specOf(current) - availableOf(current), 0);
  let unhealthy = total([current, ...old], specOf) - least - newUnavailable;
  for (const set of active) {
    const cut = Math.max(Math.min(specOf(set) - availableOf(set), unhealthy), 0);
    if (cut > 0) scaling.set(set.metadata.name ?? '', specOf(set) - cut);
    unhealthy -= cut;
  }
  let healthy = Math.min(total([current, ...old], availableOf) - least, unhealthy);
  for (const set of active) {
    const left = scaling.get(set.metadata.name ?? '') ?? specOf(set);
    const cut = Math.max(Math.min(left, healthy), 0);
    if (cut > 0) scaling.set(set.metadata.name ?? '', left - cut);
    healthy -= cut;
  }
  return scaling;
}
