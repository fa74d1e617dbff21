/** Close codes of console sockets (contract): the reason text goes with them. */
export const CLOSE = {
  goingAway: 1001,
  upstreamFailed: 1011,
  overloaded: 1013,
  expired: 4001,
  revoked: 4002,
  ended: 4003,
  vmStopped: 4004,
  takenOver: 4005,
  inUse: 4006,
  idle: 4007,
} as const;
