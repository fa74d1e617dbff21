/** A real control plane cannot start: the message is one line that says what happened and what to do. */
export class PlaneError extends Error {
  override readonly name = 'PlaneError';
}
