/** Numbers of the RFB protocol (RFC 6143) and of the extensions that QEMU and noVNC speak (rfbproto.rst of the community). */
export const ClientType = {
  setPixelFormat: 0,
  setEncodings: 2,
  updateRequest: 3,
  key: 4,
  pointer: 5,
  cutText: 6,
  continuousUpdates: 150,
  fence: 248,
  xvp: 250,
  setDesktopSize: 251,
  qemu: 255,
} as const;

export const ServerType = {
  update: 0,
  colourMap: 1,
  bell: 2,
  cutText: 3,
  endOfContinuousUpdates: 150,
  fence: 248,
  xvp: 250,
} as const;

export const Encoding = {
  raw: 0,
  copyRect: 1,
  tight: 7,
  desktopSize: -223,
  lastRect: -224,
  cursor: -239,
  qemuKey: -258,
  extendedDesktopSize: -308,
  fence: -312,
  continuousUpdates: -313,
  extendedMouseButtons: -316,
  extendedClipboard: 0xc0a1e5ce | 0,
} as const;

/** Security types of the handshake: only these two have a shape that the client's side alone tells. */
export const Security = { none: 1, vnc: 2 } as const;

/** How a pixel is written on the wire (RFC 6143, 7.4). */
export interface PixelFormat {
  bitsPerPixel: 8 | 16 | 32;
  depth: number;
  bigEndian: boolean;
  trueColour: boolean;
  redMax: number;
  greenMax: number;
  blueMax: number;
  redShift: number;
  greenShift: number;
  blueShift: number;
}

/** 32 bits, blue in the lowest byte: what QEMU offers and noVNC asks for. */
export const BGRX: PixelFormat = Object.freeze({
  bitsPerPixel: 32,
  depth: 24,
  bigEndian: false,
  trueColour: true,
  redMax: 255,
  greenMax: 255,
  blueMax: 255,
  redShift: 16,
  greenShift: 8,
  blueShift: 0,
});

export type RfbErrorCode =
  /** The bytes are not an RFB greeting, or the version is older than 3.7. */
  | 'version'
  /** A security type whose dialogue is not known. */
  | 'security'
  /** A message or sub-message type that is not known: what follows it cannot be told apart. */
  | 'unknown-message'
  /** A length beyond what a sane peer sends. */
  | 'too-long'
  /** Field values that the protocol forbids. */
  | 'malformed'
  /** An encoding that this parser does not read. */
  | 'unknown-encoding';

/** The stream broke the protocol; nothing after it can be understood, so the connection must end. */
export class RfbError extends Error {
  constructor(
    readonly code: RfbErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'RfbError';
  }
}
