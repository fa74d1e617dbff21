import { probePort } from '../process/free-port.js';
import { UserError } from './user-error.js';

/**
 * Makes sure that a port can be listened on.
 * @throws UserError that names the option to change
 */
export async function checkPort(port: number, option: string): Promise<void> {
  const result = await probePort(port);
  if (!('port' in result)) throw portError(result.code, port, option);
}

/**
 * What listening says of a port that was taken since it was checked.
 * @param options the option that gave each port
 * @returns a UserError that names the option to change, where one of these ports could not be had
 */
export function listenError(error: unknown, options: ReadonlyMap<number, string>): unknown {
  if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) return error;
  const { code = '', port = 0 } = error as NodeJS.ErrnoException & { port?: number };
  const option = options.get(port);
  return option === undefined ? error : portError(code, port, option);
}

function portError(code: string, port: number, option: string): UserError {
  if (code === 'EADDRINUSE') {
    return new UserError(
      `Port ${port} is in use. Stop the program that listens on it, or choose another port with ${option} PORT.`,
    );
  }
  if (code === 'EACCES') {
    return new UserError(`No permission to listen on port ${port}. Choose a port above 1023 with ${option} PORT.`);
  }
  return new UserError(`Cannot listen on port ${port} (${code}). Choose another port with ${option} PORT.`);
}
