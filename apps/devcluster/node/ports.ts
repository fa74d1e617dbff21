import { freePort } from '../process/free-port.js';
import { type Container } from './pod.js';

/** Container port -> port of 127.0.0.1 on which the process really listens. */
export type PortMap = Map<number, number>;

/** Allots a free port of the machine to each port of a container; a port that was allotted before is kept while it is free. */
export async function allotPorts(container: Container, ports: PortMap): Promise<void> {
  for (const { containerPort } of container.ports ?? []) {
    ports.set(containerPort, await freePort(ports.get(containerPort)));
  }
}

/**
 * The variables that tell a program where to listen: `LISTEN` for the port named `http` (or the only one, where it has no
 * name), `NAME_LISTEN` for any other.
 */
export function listenVariables(container: Container, ports: PortMap): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name = 'http', containerPort } of container.ports ?? []) {
    const variable = name === 'http' ? 'LISTEN' : `${name.toUpperCase().replace(/-/g, '_')}_LISTEN`;
    variables[variable] = `127.0.0.1:${ports.get(containerPort) ?? 0}`;
  }
  return variables;
}

/** Where a probe's port (number or name) is really listened on; undefined where the container has no such port. */
export function realPort(container: Container, ports: PortMap, port: number | string): number | undefined {
  if (typeof port === 'number') return ports.get(port);
  const named = container.ports?.find(({ name }) => name === port);
  return named && ports.get(named.containerPort);
}
