import { type Plugin } from 'vite';

/** Parts of noVNC for security types with a password, which screens of VMs never have (QEMU offers `None`). */
const REPLACED: Readonly<Record<string, string>> = {
  './ra2.js': `export default class extends EventTarget {
    hasStarted = false;
    checkInternalEvents() {}
    disconnect() {}
    approveServer() {}
    async negotiateRA2neAuthAsync() { throw new Error('The screen asks for a password.'); }
  }`,
  // noVNC asks for the password before it encrypts it, and the page ends there.
  './crypto/crypto.js': 'export default {};',
};
const PREFIX = '\0novnc:';

/** Leaves out of noVNC what no screen needs: a sixth of it. */
export function novnc(): Plugin {
  return {
    name: 'novnc',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source, importer = '') =>
      source in REPLACED && importer.endsWith('/@novnc/novnc/core/rfb.js') ? PREFIX + source : undefined,
    load: (id) => (id.startsWith(PREFIX) ? REPLACED[id.slice(PREFIX.length)] : undefined),
  };
}
