/** KubeVirt as this product knows it: types, status words, subresource paths. Pure, no client. */
export * from './types.js';
export {
  computePrintableStatus,
  currentStatus,
  findCondition,
  isFinal,
  isPaused,
  isRunning,
  runStrategyOf,
  type StatusGroup,
  statusGroup,
} from './status.js';
export * from './paths.js';
export { hardwareOf } from './domain.js';
