type Spec = Record<string, unknown>;

const ours = (kind: string, name: string, spec: Spec): string =>
  JSON.stringify({ apiVersion: 'kubegateway.kubevirt.io/v1beta1', kind, metadata: { name }, spec });

/** A GateToken as JSON, for `kubectl apply -f -`. */
export const gatetoken = (name: string, spec: Spec): string => ours('GateToken', name, spec);

/** A GateServer as JSON. */
export const gateserver = (name: string, spec: Spec): string => ours('GateServer', name, spec);

/** A VirtualMachine that is switched off, as JSON. */
export const haltedMachine = (name: string): string =>
  JSON.stringify({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  });

/** A Deployment of pods that no node can run, as YAML: its objects are what a test is about. */
export const deployment = (name: string, replicas = 1, image = 'registry.example/nothing:1'): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: ${image}
`;

/** A Pod as JSON; it is given a second to end. */
export const pod = (name: string, spec: Spec): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, ...spec },
  });
