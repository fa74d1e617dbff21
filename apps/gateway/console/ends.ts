import { CONSOLE_ENDS, type ConsoleEndRow } from '#libs/api';
import { isOutage, KubeError } from '#libs/kube';
import { type FrameFault } from '#libs/websocket';
import { type GrantFault } from '../grants/grant-error.js';
import { Refusal } from '../http/refusal.js';
import { type UpstreamRefused } from './tunnel.js';

const { upstreamFailed, overloaded, inUse, issuerLostAccess, notAllowed, protocolError, tooLarge, vmStopped } =
  CONSOLE_ENDS;

/** KubeVirt's answer (400) if the VM's hardware lacks the console. */
const NO_DEVICE = /^No (graphics devices|serial consoles) are present\.$/;

/** How apimachinery begins a conflict; our message already names the VM. */
const CONFLICT = /^Operation cannot be fulfilled on .*?": /;

/** Why a console ended: a close code and the reason text that goes with it. */
export interface ConsoleEnd {
  readonly code: number;
  readonly reason: string;
  /** The viewer closed it: the code is the viewer's choice. */
  readonly byViewer?: true;
}

/** @param reason one of the row's own */
export function consoleEnd({ code }: ConsoleEndRow, reason: string): ConsoleEnd {
  return { code, reason };
}

const BROKEN: Record<FrameFault, ConsoleEnd> = {
  malformed: consoleEnd(protocolError, protocolError.reasons.malformed),
  'not-utf8': consoleEnd(notAllowed, notAllowed.reasons.notUtf8),
  'too-large': consoleEnd(tooLarge, tooLarge.reasons.message),
};

/** The end of a console whose viewer broke a rule of WebSocket. */
export function brokenEnd(fault: FrameFault): ConsoleEnd {
  return BROKEN[fault];
}

/** Thrown while a console is being opened: the browser gets this close code. */
export class CannotOpen extends Error {
  constructor(readonly end: ConsoleEnd) {
    super(end.reason);
  }
}

/**
 * The end of a console that a fault kept from opening. `overloaded` makes browsers retry by themselves, so it is
 * for temporary faults: an API server that cannot be reached. Refusals and unexpected errors would fail again.
 */
export function faultEnd(error: unknown): ConsoleEnd {
  if (error instanceof CannotOpen) return error.end;
  if (isIssuerLost(error)) return consoleEnd(issuerLostAccess, issuerLostAccess.reasons.lost);
  if (error instanceof Refusal) return consoleEnd(error.code === 503 ? overloaded : upstreamFailed, error.message);
  if (isOutage(error)) return consoleEnd(overloaded, overloaded.reasons.outOfTouch);
  if (error instanceof KubeError)
    return consoleEnd(upstreamFailed, upstreamFailed.reasons.recordRefused(String(error.code), error.reason));
  return consoleEnd(upstreamFailed, upstreamFailed.reasons.internal);
}

const ISSUER_LOST_ACCESS: GrantFault = 'issuer-lost-access';

export function isIssuerLost(error: unknown): boolean {
  return error instanceof Refusal && error.rule === ISSUER_LOST_ACCESS;
}

/** The end of a console that the API server did not open. KubeVirt tells some of its reasons apart by text alone. */
export function refusedEnd({ status, message }: UpstreamRefused, vm: string): ConsoleEnd {
  const { reasons } = upstreamFailed;
  if (/Active VNC connection\. Request denied\.\s*$/.test(message))
    return consoleEnd(inUse, inUse.reasons.held(vm, 'Someone else'));
  // The running VM lacks the device and will not get it: there is nothing to wait for.
  if (NO_DEVICE.test(message)) return consoleEnd(upstreamFailed, reasons.noDevice(message));
  if (status === 404) return consoleEnd(vmStopped, vmStopped.reasons.stopped(vm));
  if (status === 409 || (status === 400 && /not running/i.test(message)))
    return consoleEnd(vmStopped, vmStopped.reasons.refused(vm, message.replace(CONFLICT, '')));
  if (status === 400) return consoleEnd(upstreamFailed, reasons.refused(vm, message));
  if (status === 403) return consoleEnd(notAllowed, notAllowed.reasons.cluster(vm));
  if (status === 401) return consoleEnd(upstreamFailed, reasons.signedOut);
  return consoleEnd(upstreamFailed, reasons.failed);
}
