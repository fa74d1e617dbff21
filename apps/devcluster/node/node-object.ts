import { cpus, release, totalmem, version } from 'node:os';
import { isKubeError, type KubeClient, type KubeObject, rfc3339, types } from '#libs/kube';

/** Makes the Node object of this machine, Ready, with the port of its kubelet endpoint. */
export async function registerNode(client: KubeClient, name: string, kubeletPort: number, now: Date): Promise<void> {
  const node: KubeObject = {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': process.platform } },
  };
  try {
    await client.create(types.nodes, node);
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
  }
  await client.patch(types.nodes, name, undefined, { status: nodeStatus(kubeletPort, now) }, 'merge', {
    subresource: 'status',
  });
}

function nodeStatus(kubeletPort: number, now: Date): object {
  const time = rfc3339(now);
  const resources = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' };
  return {
    // No Hostname: an API server would ask for logs by it before all others, and nobody resolves it.
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    allocatable: resources,
    capacity: resources,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'the node runs pods of known images as local processes',
        lastHeartbeatTime: time,
        lastTransitionTime: time,
      },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    nodeInfo: {
      architecture: process.arch,
      operatingSystem: process.platform,
      kernelVersion: release(),
      osImage: version(),
      kubeletVersion: 'devcluster',
      containerRuntimeVersion: `node://${process.versions.node}`,
    },
  };
}
