import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { notesIn } from '../notes.js';
import { ownLogs } from '../own-program.js';
import { problemsOf } from './check.js';
import { KeptLogs, otherLogs } from './logs.js';
import { Recorder } from './recorder.js';

/** Lines of the message; the rest is counted. */
const MOST = 30;
/** The file whose tests do everything that the audit log tells of. */
const DOES_ALL = '/e2e/audit.e2e.ts';

/** The check of everything that the programs of a run have logged. */
export class AfterRun {
  private constructor(
    private readonly project: TestProject,
    private readonly data: string,
    private readonly kept: string,
    private readonly logs: KeptLogs,
    private readonly recorder: Recorder,
  ) {}

  /** Begins to record. @param data the data folder of the launcher, whose cluster is ready */
  static async prepare(project: TestProject, data: string): Promise<AfterRun> {
    const kept = mkdtempSync(`${data}-logs-`);
    const logs = new KeptLogs(join(data, 'logs', 'pods'), kept);
    return new AfterRun(project, data, kept, logs, await Recorder.start(data));
  }

  /** While the cluster still runs. */
  async beforeStop(): Promise<void> {
    await this.recorder.stop();
  }

  /** When the cluster has ended. @throws Error that names each line that is wrong, with its credentials masked */
  async check(): Promise<void> {
    const began = performance.now();
    const { credentials, pods, tokens, sessions } = this.recorder;
    const killed = [];
    for (const note of notesIn(this.data)) {
      if ('credential' in note) credentials.add(note.what, note.credential);
      else killed.push({ program: note.killed, pod: pods.get(note.uid) ?? note.uid, at: note.at });
    }
    const others = ['logs', 'controlplane/logs'].flatMap((folder) => otherLogs(join(this.data, folder)));
    const own = otherLogs(ownLogs(this.data));
    const podNames = new Set(pods.values());
    const run = {
      ...{ lines: [...this.logs.read(), ...own], others, credentials, killed },
      ...{ tokens: [...tokens.values()], whole: await this.isWhole() },
      // Tests make some of pods that never were.
      sessions: [...sessions.values()].filter(({ spec }) => podNames.has(spec.pod)),
    };
    const problems = problemsOf(run);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const of = `${tokens.size} GateTokens, ${run.sessions.length} GateSessions, ${credentials.size} parts of credentials`;
    const where = `${this.project.name}${run.whole ? ', all of it' : ''}`;
    console.log(
      `Checked the logs of ${where}: ${run.lines.length} lines of pods, ${others.length} others, ${of}; ${seconds} s`,
    );
    if (problems.length === 0) return;
    const shown = problems.slice(0, MOST).join('\n');
    const rest = problems.length > MOST ? `\n… and ${problems.length - MOST} more` : '';
    throw new Error(`The logs are not as docs/audit.md says:\n${shown}${rest}`);
  }

  remove(): void {
    rmSync(this.kept, { recursive: true, force: true });
  }

  /** Every test of the project ran and passed: of single files, and after a failure, the log need not have all. */
  private async isWhole(): Promise<boolean> {
    const { project } = this;
    const { testFiles } = await project.globTestFiles();
    const passed = project.vitest.state
      .getFiles()
      .filter(({ projectName, result }) => projectName === project.name && result?.state === 'pass')
      .map(({ filepath }) => filepath);
    const isAll = testFiles.every((file) => passed.includes(file)) && testFiles.some((file) => file.endsWith(DOES_ALL));
    return isAll && project.vitest.config.testNamePattern === undefined;
  }
}
