import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { resolveInside } from '../common/node/files';
import { readAll, retrying, TemporaryError, type Retry } from './http';
import type { Hub, HubFile } from './hub';

/** One file to fetch: its repository and commit, and the folder for it. */
export interface Download {
  hub: Hub;
  model: string;
  commit: string;
  file: HubFile;
  folder: string;
}

/** Callbacks while a file is being downloaded. */
export interface DownloadOptions extends Retry {
  /** Receives the number of new bytes; negative if bytes had to be discarded. */
  onBytes?: (count: number) => void;
}

const ENOUGH_PROGRESS = 2 ** 20;
/** Opening a link fails. Windows, where links are rare, does not know this flag. */
const NO_LINK = fs.constants.O_NOFOLLOW ?? 0;

/**
 * Fetches a file into a folder unless it is already there. The file grows under another name, from
 * which the next attempt continues after an interruption. It gets its own name once its checksum is
 * right.
 * @throws UserError if the content is not what the hub announced (it is deleted), or the server
 * keeps failing
 */
export async function downloadFile(download: Download, options: DownloadOptions = {}): Promise<string> {
  const { file, folder, model } = download;
  removeUnlessFile(path.join(folder, path.basename(file.name)));
  const target = resolveInside(folder, file.name, model);
  if (fs.existsSync(target)) {
    if (await matchesChecksum(target, file, options.signal)) return target;
    fs.rmSync(target);
  }
  const part = partOf(folder, file);
  removeUnlessFile(part);
  const leftOver = sizeOf(part);
  if (leftOver > file.size) fs.rmSync(part);
  const reached = { bytes: leftOver };
  await retrying(() => fetchRest(download, part, reached, options), options);
  if (!(await matchesChecksum(part, file, options.signal))) {
    fs.rmSync(part);
    if (leftOver === 0) {
      throw new UserError(`${model}: ${file.name}: its content does not have the checksum that the hub announced; it was deleted`);
    }
    options.onBytes?.(-file.size); // the part left by an interruption was damaged: start again
    return downloadFile(download, options);
  }
  fs.renameSync(part, target);
  return target;
}

/** The number of bytes of a file that are in the folder. */
export function bytesPresent(folder: string, file: HubFile): number {
  const target = resolveInside(folder, file.name);
  return fs.existsSync(target) ? Math.min(sizeOf(target), file.size) : Math.min(sizeOf(partOf(folder, file)), file.size);
}

/** A growing file is named after its checksum, so that parts of different revisions never mix. */
function partOf(folder: string, file: HubFile): string {
  return path.join(folder, `${file.checksum.value}.part`);
}

/**
 * Fetches the missing rest of a part. A server without support for ranges sends everything from the
 * beginning; the bytes that are already there are then skipped.
 * @param reached - the most bytes that the part ever had: only bytes beyond them count as progress
 */
async function fetchRest(
  { hub, model, commit, file }: Download,
  part: string,
  reached: { bytes: number },
  { signal, onBytes }: DownloadOptions,
): Promise<void> {
  let length = sizeOf(part);
  if (length === file.size && length > 0) return;
  const answer = await hub.open(model, commit, file.name, length, signal);
  if (answer.status === 416 || (answer.status === 206 && !startsAt(answer.headers, length))) {
    await readAll(answer, 1 << 16).catch(() => undefined);
    fs.rmSync(part, { force: true });
    onBytes?.(-length);
    throw new TemporaryError(`${file.name}: the server cannot continue where the download broke off`);
  }
  let skipped = answer.status === 200 ? length : 0;
  const progressed = (): boolean => {
    const gained = length - reached.bytes;
    reached.bytes = Math.max(reached.bytes, length);
    return gained >= ENOUGH_PROGRESS;
  };
  const handle = await fs.promises.open(part, fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT | NO_LINK);
  try {
    for await (const piece of answer.body) {
      const fresh = piece.subarray(Math.min(skipped, piece.length));
      skipped -= piece.length - fresh.length;
      if (fresh.length === 0) continue;
      length += fresh.length;
      if (length > file.size) break;
      await handle.write(fresh);
      onBytes?.(fresh.length);
    }
    await handle.sync();
  } catch (error) {
    if (!(error instanceof TemporaryError)) throw error;
    throw new TemporaryError(error.message, error.retryAfterMs, progressed());
  } finally {
    await handle.close();
  }
  if (length > file.size) {
    fs.rmSync(part);
    throw new UserError(`${model}: ${file.name}: more than the ${file.size} bytes that the hub announced; it was deleted`);
  }
  if (length < file.size) throw new TemporaryError(`${file.name}: the connection ended early`, undefined, progressed());
}

/** Removes a folder or a link from the place where a plain file will be written. */
function removeUnlessFile(file: string): void {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) fs.rmSync(file, { recursive: true, force: true });
}

function startsAt(headers: Headers, start: number): boolean {
  return headers.get('content-range')?.match(/^bytes (\d+)-/)?.[1] === String(start);
}

/** True if a file has the size and the checksum that the hub announced. */
export async function matchesChecksum(path: string, { size, checksum }: HubFile, signal?: AbortSignal): Promise<boolean> {
  if (sizeOf(path) !== size) return false;
  const hash = crypto.createHash(checksum.algorithm === 'sha256' ? 'sha256' : 'sha1');
  if (checksum.algorithm === 'git-sha1') hash.update(`blob ${size}\0`);
  for await (const piece of fs.createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(piece as Buffer);
  return hash.digest('hex') === checksum.value;
}

/** Bytes of a plain file; 0 if there is none. */
function sizeOf(file: string): number {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : 0;
}
