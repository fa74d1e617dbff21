export { type ApiRequest, parseRequest, requestTarget } from './api-request.js';
export { isConnect } from './connect.js';
export { consolesAt, consolesOf, type VmConsoles } from './consoles.js';
export { decide, type DenyReason } from './decide.js';
export { forbidden } from './forbidden.js';
export { type Grant, grantOf, PolicyError, parseGrant } from './grant.js';
export { type ConsoleTarget, vmUrls } from './kubevirt.js';
export { requestInfo } from './request-info.js';
export { startFault } from './issuable.js';
export { boundVm } from './bound-vm.js';
export { explain, explainUrl, neverGranted } from './explain.js';
export {
  allDenied,
  firstDenied,
  guestLacks,
  issuerLacks,
  neededOfGuest,
  type ReviewAttributes,
  reviewsOf,
  rightInWords,
} from './reviews.js';
export { type Right, rights, rightsFor } from './rights.js';
