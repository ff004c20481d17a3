import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { usesGpu } from '../../common/tf';
import { UserError } from '../../common/errors';
import { projectRoot } from '../../common/node/project-root';
import type { Duration } from './spread';

/** The Python that `npm run bench:setup` makes. */
export function benchPython(): string {
  const own = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  return path.join(projectRoot(), '.cache', 'bench', own);
}

/** True if the Python side is installed. */
export function hasBenchPython(): boolean {
  return fs.existsSync(benchPython());
}

/** What a side prints: one JSON object per line. */
type Message = Record<string, unknown>;

/**
 * The Python side of a comparison: `scripts/bench/NAME.py` in a separate process. It loads what it
 * needs, reports that it is ready, and then does its work once for every line that it is sent.
 */
export class PythonSide {
  private readonly lines: AsyncIterator<string>;
  private readonly errors: string[] = [];

  private constructor(
    private readonly script: string,
    private readonly child: ChildProcess,
  ) {
    const input = child.stdout as NodeJS.ReadableStream;
    this.lines = readline.createInterface({ input })[Symbol.asyncIterator]();
    child.stdin?.on('error', () => undefined); // the next read reports that it has ended
    child.stderr?.on('data', (chunk: Buffer) => this.errors.push(...chunk.toString().split('\n').filter(Boolean)));
  }

  /**
   * Starts a script.
   * @param settings - passed to it as JSON; `threads` (the number of cores of this process) and
   * `gpu` (whether our side uses one) are added
   * @param python - default {@link benchPython}
   * @returns the side, and the versions that it reported
   * @throws UserError if the environment is missing
   */
  static async start(
    script: string,
    settings: Record<string, unknown>,
    python = benchPython(),
  ): Promise<{ side: PythonSide; versions: Record<string, string> }> {
    if (python === benchPython() && !hasBenchPython())
      throw new UserError('bench: the PyTorch side is not installed; install it with "npm run bench:setup" (6 GB)');
    const threads = os.availableParallelism();
    const file = path.join(projectRoot(), 'scripts', 'bench', `${script}.py`);
    const child = spawn(python, [file, JSON.stringify({ threads, gpu: usesGpu(), ...settings })], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) },
    });
    const side = new PythonSide(script, child);
    const { versions } = await side.read();
    return { side, versions: versions as Record<string, string> };
  }

  /**
   * Lets it do its work once. Returns the time, measured on the Python side, and its other results.
   */
  async go(order: Message = {}): Promise<Message & Duration> {
    this.child.stdin?.write(`${JSON.stringify(order)}\n`);
    return (await this.read()) as Message & Duration;
  }

  private async read(): Promise<Message> {
    const line = await this.lines.next();
    if (line.done) throw new UserError(`scripts/bench/${this.script}.py ended: ${this.errors.at(-1) ?? 'it printed nothing'}`);
    return JSON.parse(line.value) as Message;
  }

  /** Ends the process. */
  close(): void {
    this.child.kill();
  }
}
