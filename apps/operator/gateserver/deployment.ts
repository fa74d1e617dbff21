import { type GateServerSettings, GROUP } from '#libs/api';
import { parseDuration } from '#libs/token';
import { OPERATOR } from '../cluster/labels.js';
import { type Manifest } from '../cluster/manifest.js';
import { namesOf } from '../cluster/names.js';
import { labelsOf, selectorOf } from './names.js';

export const HTTP_PORT = 8080;
export const METRICS_PORT = 9090;
/** Between "not ready" and closed doors: a Service, Route or Ingress stops sending requests to the pod meanwhile. */
const SHUTDOWN_DELAY_SECONDS = 5;
/** What is added to the shutdown delay and the drain time until a pod is killed. */
const GRACE_SECONDS = 15;
/** `api-url` of the schema: means the API server of the pod's own environment. */
const OWN_API_URL = 'https://kubernetes.default.svc';

export interface DeploymentInput {
  name: string;
  namespace: string;
  settings: GateServerSettings;
  urls: readonly string[];
  /** Used where the spec names none. */
  image: string;
  /** Who asks whether an issuer may do themselves what they give. */
  issuerCheck: 'webhook' | 'gateway';
  /** Changes when the cookies' key does: pods read it at their start alone. */
  sessionDigest: string;
}

/** `spec.replicas` of the GateServer when the operator last set the Deployment's. */
const REPLICAS = `${GROUP}/replicas`;

/** The gateway's Deployment. */
export function deployment(input: DeploymentInput): Manifest {
  const { name, namespace, settings, sessionDigest } = input;
  const annotations = { [`${GROUP}/session-key`]: sessionDigest };
  return {
    metadata: { name, namespace, labels: labelsOf(name), annotations: { [REPLICAS]: `${settings.replicas}` } },
    spec: {
      replicas: settings.replicas,
      selector: { matchLabels: selectorOf(name) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels: labelsOf(name), annotations }, spec: podSpec(input) },
    },
  };
}

/**
 * The number of replicas that an autoscaler or a person set through the scale subresource since `spec.replicas` was last
 * changed, or undefined. The operator has lost the field then, and no other writer of the Deployment has it; the scale
 * subresource itself does not own a zero, which ScaleSpec leaves out (k8s.io/api/autoscaling/v1).
 */
export function scaledTo(live: Manifest | undefined, settings: GateServerSettings): number | undefined {
  if (live?.metadata.annotations?.[REPLICAS] !== `${settings.replicas}`) return undefined;
  const managers = live.metadata.managedFields ?? [];
  const isApplied = managers.some(({ manager, operation }) => manager === OPERATOR && operation === 'Apply');
  const isScaled = isApplied && managers.every((entry) => entry.subresource === 'scale' || !ownsReplicas(entry));
  return isScaled ? (live['spec'] as { replicas?: number }).replicas : undefined;
}

function ownsReplicas({ fieldsV1 }: { fieldsV1?: object }): boolean {
  const { 'f:spec': fields = {} } = (fieldsV1 ?? {}) as { 'f:spec'?: object };
  return 'f:replicas' in fields;
}

/** A Deployment that was scaled keeps its replicas. */
export function keepScale(object: Manifest, live: Manifest | undefined, settings: GateServerSettings): Manifest {
  if (scaledTo(live, settings) === undefined) return object;
  const { replicas: _, ...spec } = object['spec'] as { replicas: number };
  return { ...object, spec };
}

/** The web application that the pods of a Deployment serve. */
export function webAppOf(made: Manifest | undefined): string | undefined {
  const { template } = (made?.['spec'] ?? {}) as { template?: { spec?: Partial<ReturnType<typeof podSpec>> } };
  const env: { name: string; value?: string }[] = template?.spec?.containers?.[0]?.env ?? [];
  return env.find(({ name }) => name === 'WEB_APP')?.value;
}

function podSpec(input: DeploymentInput) {
  const { name, settings } = input;
  return {
    serviceAccountName: name,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds(settings),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorOf(name) },
      },
    ],
    containers: [container(input)],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  };
}

/** A pod waits, drains, and has some time left to end. */
function graceSeconds(settings: GateServerSettings): number {
  return SHUTDOWN_DELAY_SECONDS + Math.ceil(parseDuration(settings['drain-time']) / 1000) + GRACE_SECONDS;
}

function container(input: DeploymentInput) {
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 'http' },
    periodSeconds,
    failureThreshold,
    timeoutSeconds: 3,
  });
  return {
    name: 'gateway',
    image: input.settings.img ?? input.image,
    env: environment(input),
    ports: [
      { name: 'http', containerPort: HTTP_PORT, protocol: 'TCP' },
      { name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' },
    ],
    startupProbe: probe('/healthz', 1, 60),
    readinessProbe: probe('/readyz', 2, 2),
    livenessProbe: probe('/healthz', 10, 3),
    resources: { requests: { cpu: '50m', memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

function environment({ name, settings, urls, issuerCheck }: DeploymentInput) {
  const { guest, jwks, session } = namesOf(name);
  const values = {
    GATESERVER: name,
    PUBLIC_URLS: urls.join(','),
    API_URL: settings['api-url'] === OWN_API_URL ? '' : settings['api-url'],
    JWKS_CONFIGMAP: jwks,
    GUEST_SERVICE_ACCOUNT: guest,
    TRUSTED_HOPS: String(settings['trusted-hops']),
    MAX_DURATION: settings['max-duration'],
    IDLE_TIMEOUT: settings['idle-timeout'],
    ISSUER_RECHECK: settings['issuer-recheck'],
    MAX_CONSOLES: String(settings['max-consoles']),
    DRAIN_TIME: settings['drain-time'],
    SHUTDOWN_DELAY: `${SHUTDOWN_DELAY_SECONDS}s`,
    STORE_TOKENS: String(settings['store-tokens']),
    ISSUER_CHECK: issuerCheck,
    ACCEPT_UNREGISTERED: String(settings['accept-unregistered']),
    FRAME_ANCESTORS: settings['frame-ancestors'].join(','),
    WEB_APP: settings['web-app'] ?? '',
  };
  const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });
  return [
    ...Object.entries(values).flatMap(([key, value]) => (value === '' ? [] : [{ name: key, value }])),
    { name: 'SESSION_KEY', valueFrom: { secretKeyRef: { name: session, key: 'key' } } },
    { name: 'POD_NAME', ...field('metadata.name') },
    { name: 'POD_NAMESPACE', ...field('metadata.namespace') },
  ];
}
