/** The subprotocol that KubeVirt speaks. */
export const PLAIN = 'plain.kubevirt.io';
/** The subprotocols that old noVNC and websockify clients offer. */
const BINARY = 'binary';

/**
 * The subprotocol that a console answers with.
 * @param offered in the client's order
 * @returns undefined: none is named in the answer, which every client takes that offered none
 */
export function chooseProtocol(offered: Iterable<string>): string | undefined {
  const all = [...offered];
  return [PLAIN, BINARY].find((known) => all.includes(known));
}
