import fs from 'node:fs';
import path from 'node:path';
import { UsageError, UserError } from '../common/errors';
import { makeFolder, readJson, writeJson } from '../common/node/files';
import { withLock } from '../common/node/lock';
import type { LongRun } from '../common/progress';
import { bytesPresent, downloadFile, matchesChecksum } from './download';
import { retrying, type Retry } from './http';
import { Hub, type HubFile } from './hub';
import { folderOf, isHubName, modelsFolder } from './model-names';
import { configFiles, familyOfRepository, smallFiles, weightFiles } from './needed-files';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

/** Where a model comes from and where it goes. */
export interface PullOptions extends LongRun {
  /** Default `HF_ENDPOINT`, else the public hub. */
  endpoint?: string;
  /** Default `HF_TOKEN`, else, only for the public hub, the content of `$HF_HOME/token`. */
  token?: string;
  /** Branch, tag or commit; default `main`. */
  revision?: string;
  /** The folder in which the folder of the model is created; default `models/`. */
  dir?: string;
  /** First pause before another attempt, in milliseconds; default 1000. */
  pauseMs?: number;
  /**
   * Milliseconds after which a connection with too little data counts as dropped; default 60,000.
   */
  stallMs?: number;
}

/** The source of a pulled model; also written beside the model as `source.json`. */
export interface PulledModel {
  name: string;
  dir: string;
  endpoint: string;
  revision: string;
  commit: string;
  /** Its licence in the words of its page, if it says one. */
  licence?: string;
  files: { name: string; bytes: number; checksum: string }[];
  /** Bytes of all files, and the number of bytes fetched by this call. */
  bytes: number;
  fetched: number;
}

/** Disk space that must remain free. */
const SPARE = 64 * 2 ** 20;

/**
 * Fetches a checkpoint: configuration, weights in safetensors, tokenizer. The files gather in
 * a hidden folder, from which the next call continues after an interruption. When all files are
 * complete and checked, the folder gets the name of the model. Files of an earlier pull that have
 * not changed are not fetched again.
 * @param name - name on the hub: `openai/clip-vit-large-patch14`
 * @throws UserError on a wrong name, refused access, a model of an unknown family, a full disk, wrong
 * checksums, a server that keeps failing
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PulledModel> {
  if (!isHubName(name)) {
    throw new UsageError(`${JSON.stringify(name)} is not a model name; expected OWNER/NAME, such as openai/clip-vit-large-patch14`);
  }
  const folder = path.resolve(options.dir ?? modelsFolder());
  const part = path.join(folder, `.part-${folderOf(name)}`);
  const hub = new Hub(options.endpoint, options.token, { stallMs: options.stallMs });
  makeFolder(part);
  if (!fs.lstatSync(part).isDirectory())
    throw new UserError(`${part}: is a link or a file; remove it, because the download needs a folder there`);
  return withLock(`${part}.lock`, `models pull ${name}`, async () => {
    try {
      return await new Pull(name, hub, part, path.join(folder, folderOf(name)), options).run();
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code !== undefined && syscall !== undefined) throw new UserError(`${folder}: cannot be written (${code})`);
      if (!options.signal?.aborted) throw error;
      throw new UserError(`stopped; the downloaded part is kept. Run the same command again to continue: npx mediclip models pull ${name}`);
    } finally {
      if (fs.existsSync(part) && fs.readdirSync(part).length === 0) fs.rmdirSync(part);
    }
  });
}

class Pull {
  private done = 0;
  private total = 0;
  private fetched = 0;

  constructor(
    private readonly name: string,
    private readonly hub: Hub,
    private readonly part: string,
    private readonly target: string,
    private readonly options: PullOptions,
  ) {}

  async run(): Promise<PulledModel> {
    const { name, hub, part, target } = this;
    const { revision = 'main', signal } = this.options;
    const { commit, files, licence } = await retrying(() => hub.model(name, revision, signal), this.retry());
    await this.fetchAll(configFiles(name, files), commit);
    const folder = checkpointFolder(part);
    const family = familyOfRepository(name, files, folder);
    const small = smallFiles(name, files, family);
    await this.fetchAll(small, commit);
    family.checkSettings({ ...folder, pathOf: (file) => `${name}: ${file}` }); // refuses an unusable model before its weights are fetched
    const index = small.find((file) => file.name === family.weights.index);
    const weights = weightFiles(name, files, family, index && readJson(path.join(part, index.name)));
    await this.fetchAll(weights, commit);

    const needed = [...small, ...weights];
    const bytes = needed.reduce((sum, file) => sum + file.size, 0);
    const listed = needed.map((file) => ({
      name: file.name,
      bytes: file.size,
      checksum: `${file.checksum.algorithm}:${file.checksum.value}`,
    }));
    const source = { name, endpoint: hub.endpoint.href, revision, commit, ...(licence === undefined ? {} : { licence }), files: listed };
    for (const entry of fs.readdirSync(part)) {
      if (!needed.some((file) => file.name === entry)) fs.rmSync(path.join(part, entry), { recursive: true });
    }
    writeJson(path.join(part, 'source.json'), source);
    replaceFolder(target, part);
    return { ...source, dir: target, bytes, fetched: this.fetched };
  }

  private async fetchAll(files: HubFile[], commit: string): Promise<void> {
    for (const file of files)
      await keepIfSame(path.join(this.target, file.name), path.join(this.part, file.name), file, this.options.signal);
    const missing = files.map((file) => file.size - bytesPresent(this.part, file)).reduce((a, b) => a + b, 0);
    this.total += missing;
    checkSpace(this.part, missing);
    for (const file of files) {
      const onBytes = (count: number): void => {
        if (count < 0) this.total -= count;
        else {
          this.done += count;
          this.fetched += count;
        }
        this.report(file.name);
      };
      await downloadFile({ hub: this.hub, model: this.name, commit, file, folder: this.part }, { ...this.retry(), onBytes });
    }
  }

  private retry(): Retry {
    return { signal: this.options.signal, pauseMs: this.options.pauseMs, onRetry: (message) => this.report(message) };
  }

  private report(note: string): void {
    const [done, total] = [Math.floor(this.done / 1e6), Math.ceil(this.total / 1e6)];
    this.options.onProgress?.({ phase: `${this.name}, MB`, done, total, note });
  }
}

/** Reuses a file of an earlier pull if it is still what the hub announces. */
async function keepIfSame(earlier: string, file: string, announced: HubFile, signal?: AbortSignal): Promise<void> {
  if (fs.existsSync(file) || !(await matchesChecksum(earlier, announced, signal))) return;
  try {
    fs.linkSync(earlier, file);
  } catch {
    // on another disk, or on one without links, it is fetched again
  }
}

function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = bavail * bsize;
  if (bytes > 0 && free < bytes + SPARE) {
    throw new UserError(
      `${folder}: ${Math.ceil(bytes / 1e6)} MB are to be downloaded, but only ${Math.floor(free / 1e6)} MB are free on this disk`,
    );
  }
}

/** Puts a complete folder in place, and replaces an old one. */
function replaceFolder(target: string, complete: string): void {
  const old = `${complete}.old`;
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(target)) fs.renameSync(target, old);
  fs.renameSync(complete, target);
  fs.rmSync(old, { recursive: true, force: true });
}
