/** What the owner of a machine learns when it ends by itself. */
export type MachineEnd = 'poweroff' | 'crash';

/** The far end of a console: bytes of the machine go to it. */
export interface Peer {
  /** @param taken called when the network has taken them; not when the peer has gone before that */
  send(bytes: Uint8Array, taken?: () => void): void;
  /** The machine, or a newer viewer, ends the connection: no goodbye. */
  close(): void;
  /** Bytes that were sent and not yet taken by the network: a machine that cannot wait drops what comes on top. */
  readonly backlog: number;
}

/** The near end: bytes of the peer go to the machine. */
export interface Door {
  receive(bytes: Uint8Array): void;
  /** The peer is gone. */
  closed(): void;
}

export interface MachineSpec {
  namespace: string;
  name: string;
  /** UID of its VirtualMachineInstance. */
  uid: string;
  graphics: boolean;
  serial: boolean;
}

/**
 * One running machine, whatever runs it. It has begun to boot when it is made, and is used up once it has ended or was
 * stopped. How many viewers a screen may have is not its business.
 */
export interface Machine {
  readonly spec: MachineSpec;
  /** It has come up: its consoles can be opened. */
  readonly up: boolean;
  readonly paused: boolean;
  /** Opens the screen: the peer gets RFB from its first byte on. */
  connectVnc(peer: Peer): Door;
  /** Opens the serial console: plain bytes. */
  connectSerial(peer: Peer): Door;
  /** The screen as PNG. */
  screenshot(): Promise<Uint8Array>;
  pause(): void;
  unpause(): void;
  /** The reset button. */
  reset(): void;
  /** Pulls the plug: closes every console. Tells nobody. */
  stop(): Promise<void>;
}

/** What a machine tells of itself. */
export interface MachineEvents {
  /** It has come up; not told of one that is up when it is made. */
  up(): void;
  /** It has ended by itself: told once, not after stop(). @param why of a crash: one line for people */
  ended(how: MachineEnd, why?: string): void;
}

export type MachineFactory = (spec: MachineSpec, events: MachineEvents) => Machine;
