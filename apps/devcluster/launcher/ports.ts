import { probePort } from '../process/free-port.js';
import { UserError } from './user-error.js';

/**
 * Makes sure that a port can be listened on.
 * @throws UserError that names the option to change
 */
export async function checkPort(port: number, option: string): Promise<void> {
  const result = await probePort(port);
  if ('port' in result) return;
  if (result.code === 'EADDRINUSE') {
    throw new UserError(`Port ${port} is taken: stop what listens there, or choose another with ${option} PORT.`);
  }
  if (result.code === 'EACCES') {
    throw new UserError(`No permission to listen on port ${port}: choose one above 1023 with ${option} PORT.`);
  }
  throw new UserError(`Port ${port} cannot be listened on (${result.code}): choose another with ${option} PORT.`);
}
