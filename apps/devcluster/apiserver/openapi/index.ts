export { sendProtobuf } from './protobuf.js';
export { openapiV2 } from './v2.js';
export { openapiV3, openapiV3Index } from './v3.js';
