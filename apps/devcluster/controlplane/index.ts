export { findAssets } from './assets.js';
export { PlaneError } from './errors.js';
