export { type ApiRequest, parseRequest, requestTarget } from './api-request.js';
export { decide, type DenyReason, opens } from './decide.js';
export { forbidden } from './forbidden.js';
export { type Grant, PolicyError, parseGrant } from './grant.js';
export { type ConsoleTarget, vmUrls } from './kubevirt.js';
export { requestInfo } from './request-info.js';
export { boundVm } from './bound-vm.js';
export { explain, neverGranted } from './explain.js';
export { rights } from './rights.js';
