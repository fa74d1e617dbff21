export interface Options {
  /** Port of `http://localhost:PORT`. */
  port: number;
  /** Port of `https://ROUTE:PORT`. */
  httpsPort: number;
  /** Absolute path of the data folder. */
  data: string;
  fresh: boolean;
}

export const HELP: string;

/** What is wrong with the command line, in one line. */
export class OptionError extends Error {}

/** Reads the command line: undefined when help was asked for. @throws OptionError */
export function parseOptions(args: string[]): Options | undefined;
