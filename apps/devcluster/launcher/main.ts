import { killAllChildren } from '../process/child.js';
import { banner, ownBanner } from './banner.js';
import { DataFolder } from './data-folder.js';
import { launch } from './launch.js';
import { LauncherLog } from './log.js';
import { HELP, readOptions, type Options } from './options.js';
import { launchOnOwn } from './own-cluster.js';
import { Parts } from './parts.js';
import { checkPort } from './ports.js';
import { UserError } from './user-error.js';

/** Everything must be down within 5 s of Ctrl-C. */
const STOP_WITHIN_MS = 4500;

const say = (text: string): void => {
  process.stdout.write(`[${process.uptime().toFixed(1).padStart(5)} s] ${text}\n`);
};

/** `npm start`: runs until a signal stops it, then ends the process. */
export async function main(args: string[]): Promise<void> {
  let options: Options | undefined;
  try {
    options = readOptions(args);
    if (!options) {
      process.stdout.write(HELP);
      return;
    }
    await run(options);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${oneLine(error)}\n`);
    process.exit(1);
  }
}

const oneLine = (error: unknown): string =>
  error instanceof UserError || !(error instanceof Error)
    ? String(error).replace(/^UserError: /, '')
    : (error.stack ?? error.message);

async function run(options: Options): Promise<void> {
  const folder = new DataFolder(options.data);
  await folder.take();
  try {
    await checkPort(options.port, '--port');
    if (options.cluster.kind !== 'own') await checkPort(options.httpsPort, '--https-port');
  } catch (error) {
    await folder.abandon();
    throw error;
  }
  try {
    if (options.fresh) folder.clear();
    await new Session(options, folder).run();
  } finally {
    await folder.free();
  }
}

/** One run from the first part up to the last one down. */
class Session {
  private readonly log: LauncherLog;
  private readonly parts: Parts;
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;
  private finish: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    private readonly options: Options,
    private readonly folder: DataFolder,
  ) {
    this.log = new LauncherLog(folder.at('logs', 'launcher.log'));
    this.parts = new Parts(this.log.of('stop'));
    this.ended = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    this.ended.catch(() => undefined);
  }

  /** Resolves when it was told to stop and everything has stopped. @throws what went wrong, once everything has stopped */
  async run(): Promise<void> {
    this.listen();
    try {
      await Promise.race([this.up(), this.ended]);
      await this.ended;
    } catch (error) {
      this.log.write(oneLine(error));
      throw error;
    } finally {
      this.stopping.abort();
      await this.down();
    }
  }

  private async up(): Promise<void> {
    const { options, folder, parts, log } = this;
    const { signal } = this.stopping;
    const lost = (what: string, words: string): void =>
      this.fail(new UserError(`The ${what} ended unexpectedly: ${words} (logs: ${folder.at('logs')})`));
    const context = { options, folder, parts, log, signal, say: this.say, lost };
    const { cluster } = options;
    const text =
      cluster.kind === 'own' ? ownBanner(await launchOnOwn(context, cluster)) : banner(await launch(context));
    if (signal.aborted) return;
    this.log.write('ready');
    process.stdout.write(text);
  }

  private readonly say = (text: string): void => {
    say(text);
    this.log.write(text);
  };

  private listen(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.stop());
    // The parent process (scripts/leashed.mjs) or the terminal is gone.
    process.on('disconnect', () => this.stop());
    process.stdout.on('error', () => this.stop());
    process.stderr.on('error', () => this.stop());
    process.on('unhandledRejection', (error) => this.log.of('unhandled')(error));
    process.on('uncaughtException', (error) => this.fail(error));
  }

  private stop(): void {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    process.stdout.write('\nStopping ...\n');
    this.log.write('stopping');
    this.finish();
  }

  private async down(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_WITHIN_MS)));
    await Promise.race([this.parts.stop(), late]);
    clearTimeout(timer);
    killAllChildren();
    this.log.close();
  }
}
