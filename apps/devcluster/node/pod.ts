import {
  type V1Container,
  type V1ContainerState,
  type V1ContainerStatus,
  type V1Pod,
  type V1PodCondition,
  type V1PodSpec,
  type V1PodStatus,
  type V1Probe,
} from '@kubernetes/client-node';
import { type Served } from '#libs/kube';
import { type Wire } from '#libs/wire';

export type PodSpec = Wire<V1PodSpec>;
export type Pod = Served<V1Pod> & { spec: PodSpec };
export type Container = Wire<V1Container>;
export type EnvVar = NonNullable<Container['env']>[number];
export type Probe = Wire<V1Probe>;
export type PodStatus = Wire<V1PodStatus>;
export type PodCondition = Wire<V1PodCondition>;
export type ContainerState = Wire<V1ContainerState>;
export type ContainerStatus = Wire<V1ContainerStatus> & { state: ContainerState; lastState: ContainerState };

/** Annotation that tells where a container port is really listened on: `{"8080": 34567}` on 127.0.0.1. */
export const PORTS_ANNOTATION = 'node.devcluster.io/ports';
