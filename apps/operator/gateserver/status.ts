import { type V1DeploymentStatus } from '@kubernetes/client-node';
import { isDeepStrictEqual } from 'node:util';
import { type Condition, type GateServer, type GateServerStatus } from '#libs/api';
import { setCondition, type StatedCondition, types } from '#libs/kube';
import { type Outcome } from '../apply/applier.js';
import { causeOf, classCause, exposureCause, logHint, pausedCause } from './cause.js';
import { certificateCause } from './certificate.js';
import { type Fault, notInEffect } from './check.js';
import { scaledTo } from './deployment.js';
import { exposureOf } from './exposure.js';
import { type Gathered } from './gather.js';
import { guestRights } from './guest-role.js';
import { keysOf, rotationCondition } from './key-status.js';
import { type Material } from './make.js';
import { urlsOf } from './servers.js';
import { sharedHostCause } from './shared-host.js';

type Stated = Omit<StatedCondition, 'observedGeneration'>;

/**
 * The status of a GateServer whose spec cannot be applied. What it has already keeps running, unless its host name
 * or the names of its objects belong to another.
 */
export function faultStatus(server: GateServer, { reason, message }: Fault, now: Date): GateServerStatus {
  const { conditions, phase: _, 'observed-generation': __, route, ...kept } = server.status ?? {};
  const ready: Stated = { type: 'Ready', status: 'False', reason, message };
  const isWithdrawn = reason === 'RouteTaken' || reason === 'NameTaken';
  const held = isWithdrawn || route !== server.spec.route ? {} : { route };
  return { ...kept, ...held, phase: 'Error', ...stated(server, conditions, [ready], now) };
}

/** The status of a GateServer whose spec was applied. @param outcomes what became of the objects that were wanted */
export function gateServerStatus(
  gathered: Gathered,
  material: Material,
  outcomes: readonly Outcome[],
  now: Date,
): GateServerStatus {
  const { server, names } = gathered;
  const applied = appliedCondition(outcomes);
  const available = availableCondition(gathered);
  const exposed = exposedCondition(gathered, now);
  const fields = fieldsCondition(server);
  // Fields that need an Ingress do no harm without one; those of a later release were asked for in vain.
  const later = fields.reason === 'NotYet' ? [fields] : [];
  const ready = readyCondition(available, applied, exposed, ...later);
  const rotation = rotationCondition(gathered, material, now.getTime());
  const list = [
    ready,
    applied,
    available,
    exposed,
    guestCondition(gathered),
    fields,
    rotation,
    issuersCondition(gathered),
  ];
  const [url] = urlsOf(server);
  const phase = applied.status === 'False' ? 'Error' : ready.status === 'True' ? 'Ready' : 'Progressing';
  const { route } = server.spec;
  return {
    phase,
    ...(isReached(outcomes) || server.status?.route === route ? { route } : {}),
    ...stated(server, server.status?.conditions, list, now),
    ...(url === undefined ? {} : { url }),
    ...(isMade(outcomes, names.jwtSecret) ? { 'secret-name': names.jwtSecret, keys: keysOf(gathered, material) } : {}),
    'ready-replicas': readyReplicas(gathered),
  };
}

function stated(server: GateServer, before: readonly Condition[] = [], list: readonly Stated[], now: Date) {
  const { generation } = server.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const conditions = list.reduce((all, one) => setCondition(all, { ...one, ...observed }, now), [...before]);
  const known = new Set(list.map(({ type }) => type));
  return {
    conditions: conditions.filter(({ type }) => known.has(type)),
    ...(generation === undefined ? {} : { 'observed-generation': generation }),
  };
}

function appliedCondition(outcomes: readonly Outcome[]): Stated {
  const failed = outcomes.filter((one) => one.result === 'foreign' || one.result === 'refused');
  const [first] = failed;
  if (!first) {
    return {
      type: 'Applied',
      status: 'True',
      reason: 'Applied',
      message: 'All owned objects are up to date.',
    };
  }
  const reason = first.result === 'foreign' ? 'ForeignObject' : 'Refused';
  const message = failed
    .map((one) => one.message)
    .join('\n')
    .slice(0, 4000);
  return { type: 'Applied', status: 'False', reason, message };
}

function availableCondition(gathered: Gathered): Stated {
  const wanted = wantedReplicas(gathered);
  const ready = readyReplicas(gathered);
  const message = `${ready} of ${wanted} gateways are ready.`;
  const not = (reason: string, more = ''): Stated => ({
    type: 'Available',
    status: 'False',
    reason,
    message: `${message}${more}`,
  });
  if (wanted === 0 && exposureOf(gathered.settings).exposure === 'none') {
    const elsewhere = 'No gateway is configured to run: spec.replicas is 0 and spec.expose is none.';
    return { type: 'Available', status: 'True', reason: 'NoneWanted', message: elsewhere };
  }
  if (wanted === 0) return not('NoReplicas', ' To run some, set spec.replicas or scale the Deployment.');
  if (ready >= wanted && isRolledOut(gathered)) {
    const paused = pausedCause(gathered);
    const all = paused ? `${message} ${paused.message}` : message;
    return { type: 'Available', status: 'True', reason: 'AllReady', message: all };
  }
  const cause = causeOf(gathered);
  const rolling = ready < wanted ? '' : ' They are being replaced by gateways with the current spec.';
  if (cause) return not(cause.reason, `${rolling} ${cause.message}`);
  return not(rolling ? 'RollingOut' : 'NotAllReady', `${rolling}${logHint(gathered)}`);
}

/** The first that is False says why the host name does not lead to a gateway that does what the spec asks for. */
function readyCondition(available: Stated, ...others: readonly Stated[]): Stated {
  const worse = [...others, available].find(({ status }) => status === 'False');
  return worse
    ? { ...worse, type: 'Ready' }
    : { type: 'Ready', status: 'True', reason: 'Ready', message: available.message };
}

function exposedCondition(gathered: Gathered, now: Date): Stated {
  const { exposure, problem } = exposureOf(gathered.settings);
  if (problem) return { type: 'Exposed', status: 'False', reason: 'NotSupported', message: problem };
  const cause =
    classCause(gathered) ?? sharedHostCause(gathered) ?? certificateCause(gathered, now) ?? exposureCause(gathered);
  if (cause) return { type: 'Exposed', status: 'False', ...cause };
  const message = exposure === 'none' ? 'Not exposed: spec.expose is none.' : `Exposed by ${exposure}.`;
  return { type: 'Exposed', status: 'True', reason: exposure === 'none' ? 'None' : 'Exposed', message };
}

function guestCondition({ settings, discovered }: Gathered): Stated {
  const { left, warnings } = guestRights(settings['admin-role'], settings['admin-resources'], discovered);
  const message = (first: string) => [first, ...warnings].join(' ');
  if (left.length === 0) {
    const given = message('The guest account has all rights of spec.admin-role and spec.admin-resources.');
    return { type: 'GuestRights', status: 'True', reason: 'Given', message: given };
  }
  const missing = message(
    `The guest account lacks rights of spec.admin-role and spec.admin-resources: ${left.join('; ')}.`,
  );
  return { type: 'GuestRights', status: 'False', reason: 'NotGiven', message: missing };
}

function issuersCondition({ config }: Gathered): Stated {
  if (config.webhook) {
    const message = 'The admission webhook checks that whoever creates a GateToken may do what it allows.';
    return { type: 'IssuersChecked', status: 'True', reason: 'Webhook', message };
  }
  const message =
    'No admission webhook is installed. The gateway checks that whoever issues a grant through it (dashboard, REST API, /auth/jwt/request) may do what the grant allows. Whoever creates a GateToken in another way, such as with kubectl, is not checked: they can give everything that the guest account may do.';
  return { type: 'IssuersChecked', status: 'False', reason: 'NoWebhook', message };
}

function fieldsCondition(server: GateServer): Stated {
  const { later, withoutIngress } = notInEffect(server);
  const configured = [...later, ...withoutIngress];
  if (configured.length > 0) {
    const reason = later.length > 0 ? 'NotYet' : 'NoIngress';
    return { type: 'FieldsInEffect', status: 'False', reason, message: configured.join(' ') };
  }
  const message = 'All configured fields are in effect.';
  return { type: 'FieldsInEffect', status: 'True', reason: 'All', message };
}

/** Whether browsers reach it by the name that its spec asks for, as far as that is the operator's business. */
export function isReached(outcomes: readonly Outcome[]): boolean {
  const ingress = outcomes.find(({ wanted }) => wanted.type === types.ingresses);
  return ingress ? isDone(ingress) : outcomes.every(isDone);
}

function isMade(outcomes: readonly Outcome[], name: string): boolean {
  return outcomes.some((one) => one.wanted.object.metadata.name === name && isDone(one));
}

const isDone = ({ result }: Outcome) => result !== 'foreign' && result !== 'refused';

function deploymentStatus({ deployment }: Gathered): V1DeploymentStatus {
  return deployment?.['status'] ?? {};
}

function readyReplicas(gathered: Gathered): number {
  return deploymentStatus(gathered).readyReplicas ?? 0;
}

/** As `kubectl rollout status` says it: while an old gateway is left, a new one may be the one that is not ready. */
function isRolledOut(gathered: Gathered): boolean {
  const { observedGeneration, updatedReplicas = 0, replicas = 0 } = deploymentStatus(gathered);
  const { generation } = gathered.deployment?.metadata ?? {};
  const seen = generation === undefined || observedGeneration === undefined || observedGeneration >= generation;
  const isReplaced = updatedReplicas >= Math.max(replicas, wantedReplicas(gathered));
  return gathered.deployment !== undefined && seen && isReplaced;
}

function wantedReplicas({ deployment, settings }: Gathered): number {
  return scaledTo(deployment, settings) ?? settings.replicas;
}

/** All fields: no other program writes into the status. */
export const OWN: readonly string[] = [
  'phase',
  'conditions',
  'observed-generation',
  'url',
  'route',
  'secret-name',
  'keys',
  'ready-replicas',
] satisfies (keyof GateServerStatus)[];

/** True if the object already has this status. */
export function isCurrent(server: GateServer, next: GateServerStatus): boolean {
  return isDeepStrictEqual({ ...server.status }, next);
}
