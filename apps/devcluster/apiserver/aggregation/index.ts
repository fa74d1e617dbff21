export { Aggregator } from './aggregator.js';
export { resolve } from './resolve.js';
export { PodLogs } from './pod-logs.js';
