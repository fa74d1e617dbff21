import { OptionError, type Options, parseOptions } from '#scripts/options.mjs';
import { UserError } from './user-error.js';

export { type Cluster, HELP, type Options } from '#scripts/options.mjs';

/**
 * Reads the command line. The list of options is in scripts/, where `npm start` needs it before anything is built.
 * @returns undefined when help was asked for
 * @throws UserError for an option that is not known, not valid, or not there yet
 */
export function readOptions(args: string[]): Options | undefined {
  try {
    return parseOptions(args);
  } catch (error) {
    throw error instanceof OptionError ? new UserError(error.message) : error;
  }
}
