import { CONSOLE_ENDS } from '#libs/api';
import { WebSocket } from 'ws';
import { type ConsoleEnd, consoleEnd } from './ends.js';

const { notAllowed, tooLarge } = CONSOLE_ENDS;

/** The browser's side of a console. Where a message breaks a rule, the close reason says which one. */
export class ViewerSocket extends WebSocket {
  /** Why the library closed the socket by itself. */
  broken: ConsoleEnd | undefined;

  /** The library closes the socket of a message that is too large or malformed with a code of its own and no reason. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === undefined || reason !== undefined) return super.close(code, reason);
    this.broken =
      code === tooLarge.code
        ? consoleEnd(tooLarge, tooLarge.reasons.message)
        : consoleEnd(notAllowed, notAllowed.reasons.malformed);
    super.close(this.broken.code, this.broken.reason);
  }
}
