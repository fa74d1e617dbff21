import { isOutage } from '#libs/kube';

/**
 * What to throw when a request failed that the gateway made with its own rights.
 * @param unavailable the error that tells people to try again; an outage is its cause
 * @returns for anything but an outage an error that is logged and answered as an opaque 500: a 403 of the gateway's own
 * role passed on as it is would read as if the user were refused
 */
export function ownFault(error: unknown, unavailable: (cause: Error) => Error): Error {
  if (isOutage(error)) return unavailable(error);
  return new Error("The gateway's own request to the cluster failed.", { cause: error });
}
