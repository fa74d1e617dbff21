export { Aggregator, type AggregatorOptions, type RemoteGroupVersion } from './aggregator.js';
export { foreignGroups } from './discovery.js';
export { type ApiResource } from './check.js';
export { resolve, UnresolvedError } from './resolve.js';
export { KubeletProxy } from './kubelet.js';
export { type ClientIdentity } from './transport.js';
