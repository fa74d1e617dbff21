import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { makeFolder } from '../process/make-folder.js';
import { folderError, UserError } from './user-error.js';

/** They hold tokens for the user's own cluster, valid for up to an hour, and nothing that a later start needs. */
const OF_ONE_RUN = ['operator', 'gateway'];
/** What the launcher makes in the folder; `--fresh` removes these and nothing else. */
const OWN = [
  ...OF_ONE_RUN,
  'apiserver',
  'controlplane',
  'node',
  'kubevirt',
  'ingress',
  'bin',
  'kubectl-cache',
  'logs',
  'kubeconfig',
  'state.json',
];
/** A lock that was not renewed for this long belongs to a process that was killed. */
const STALE_MS = 10_000;

/** The data folder, held by one launcher at a time. */
export class DataFolder {
  private release: (() => Promise<void>) | undefined;
  /** The folders that `take` made, outermost first. */
  private made: string[] = [];

  constructor(readonly path: string) {}

  /**
   * Makes the folder and takes it.
   * @throws UserError when it cannot be written or another launcher holds it
   */
  async take(): Promise<void> {
    try {
      this.made = [...makeFolder(this.path), ...makeFolder(this.at('logs'))];
    } catch (error) {
      throw folderError(this.path, error);
    }
    if (this.holderIsDead()) rmSync(this.at('lock'), { recursive: true, force: true });
    try {
      this.release = await lockfile.lock(this.path, {
        lockfilePath: this.at('lock'),
        stale: STALE_MS,
        // A machine that slept renews late; no other launcher takes a folder whose holder is alive.
        onCompromised: () => undefined,
      });
      writeFileSync(this.at('pid'), String(process.pid));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw folderError(this.path, error);
      const holder = this.holder() ? ` (process ${this.holder()})` : '';
      throw new UserError(
        `The data folder ${this.path} is in use by another npm start${holder}. Stop that one, or choose another folder with --data DIR.`,
      );
    }
  }

  clear(): void {
    for (const name of OWN) rmSync(this.at(name), { recursive: true, force: true });
    mkdirSync(this.at('logs'), { recursive: true });
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Lets go of the folder, once nothing runs in it any more. */
  async free(): Promise<void> {
    if (!this.release) return;
    for (const name of OF_ONE_RUN) rmSync(this.at(name), { recursive: true, force: true });
    rmSync(this.at('pid'), { force: true });
    await this.release().catch(() => undefined);
    this.release = undefined;
  }

  /** Frees the folder and leaves no trace of a start that came to nothing: the folders that `take` made go while empty. */
  async abandon(): Promise<void> {
    await this.free();
    try {
      for (const path of this.made.reverse()) rmdirSync(path);
    } catch {
      // No longer empty: it stays.
    }
  }

  private holder(): number | undefined {
    try {
      return Number(readFileSync(this.at('pid'), 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  }

  /** The lock of a killed launcher remains for some seconds; whether its process runs is known immediately. */
  private holderIsDead(): boolean {
    const pid = this.holder();
    if (pid === undefined) return false;
    try {
      process.kill(pid, 0);
      return false;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ESRCH';
    }
  }
}
