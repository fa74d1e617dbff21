import {
  type V1Deployment,
  type V1DeploymentSpec,
  type V1DeploymentStatus,
  type V1Pod,
  type V1PodSpec,
  type V1PodTemplateSpec,
  type V1ReplicaSet,
  type V1ReplicaSetSpec,
  type V1ReplicaSetStatus,
} from '@kubernetes/client-node';
import { type Served } from '#libs/kube';
import { type Wire } from '#libs/wire';

export type PodTemplate = Omit<Wire<V1PodTemplateSpec>, 'spec'> & { spec: Wire<V1PodSpec> };
export type Pod = Served<V1Pod>;
export type ReplicaSetStatus = Wire<V1ReplicaSetStatus>;
export type ReplicaSet = Served<V1ReplicaSet> & { spec: Wire<V1ReplicaSetSpec> & { template: PodTemplate } };
export type DeploymentStatus = Wire<V1DeploymentStatus>;
export type Deployment = Served<V1Deployment> & { spec: Wire<V1DeploymentSpec> & { template: PodTemplate } };
