import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { get, readAll, type Answer, type HttpOptions } from './http';
import { huggingFaceHome } from './model-names';

/** A file of a repository on the hub. */
export interface HubFile {
  name: string;
  /** Bytes. */
  size: number;
  /** The checksum of its content: SHA-256 for large files, git's SHA-1 for small ones. */
  checksum: { algorithm: 'sha256' | 'git-sha1'; value: string };
}

/** A repository at one commit. */
export interface HubModel {
  commit: string;
  files: HubFile[];
  /** Its licence in the words of its page: `mit`, `apache-2.0`, `other`. */
  licence?: string;
}

const listing = z.object({
  cardData: z.object({ license: z.unknown(), license_name: z.unknown() }).passthrough().nullish().catch(undefined),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().nonnegative().nullish(),
      blobId: z.string().nullish(),
      lfs: z.object({ sha256: z.string().nullish(), oid: z.string().nullish(), size: z.number().int().nonnegative().nullish() }).nullish(),
    }),
  ),
});

const PUBLIC_HUB = 'https://huggingface.co';

/** The Hugging Face hub, or a server that speaks its protocol. */
export class Hub {
  readonly endpoint: URL;
  private readonly token?: string;

  /**
   * @param endpoint - default `HF_ENDPOINT`, else the public hub
   * @param token - default `HF_TOKEN`, else the content of `$HF_HOME/token`, which is used only for
   * the public hub
   */
  constructor(
    endpoint = process.env.HF_ENDPOINT || PUBLIC_HUB,
    token = process.env.HF_TOKEN,
    private readonly http: Pick<HttpOptions, 'stallMs'> = {},
  ) {
    try {
      this.endpoint = new URL(endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
    } catch {
      throw new UserError(`HF_ENDPOINT: ${JSON.stringify(endpoint)} is not an address; expected https://HOST`);
    }
    this.token = (token ?? savedToken(this.endpoint))?.trim() || undefined;
    if (this.token !== undefined && !/^[\x21-\x7e]+$/.test(this.token))
      throw new UserError('HF_TOKEN: has characters that a token cannot have');
  }

  /** Asks the hub for the files of a repository at a branch, tag or commit. */
  async model(name: string, revision: string, signal?: AbortSignal): Promise<HubModel> {
    const url = new URL(`api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`, this.endpoint);
    const answer = await this.get(url, { signal });
    if (answer.status !== 200) throw await this.refusal(answer, name, revision);
    let raw: unknown;
    try {
      raw = JSON.parse((await readAll(answer, 32 * 2 ** 20)).toString('utf8'));
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserError(`${url.host}: does not answer like a Hugging Face hub; check HF_ENDPOINT`);
      throw error;
    }
    const { sha: commit, siblings, cardData: card } = checked(listing, raw, `${url.host}: the hub's answer about ${name}`);
    const said = [card?.license_name, card?.license].find((licence) => typeof licence === 'string' && licence.length <= 100);
    return { commit, files: siblings.flatMap(fileOf), ...(said === undefined ? {} : { licence: said as string }) };
  }

  /** Opens a file from byte `from` on. */
  async open(name: string, commit: string, file: string, from: number, signal?: AbortSignal): Promise<Answer> {
    const url = new URL(`${name}/resolve/${commit}/${encodeURIComponent(file)}`, this.endpoint);
    const answer = await this.get(url, { signal, headers: from > 0 ? { range: `bytes=${from}-` } : {} });
    if (![200, 206, 416].includes(answer.status)) throw await this.refusal(answer, name, commit);
    return answer;
  }

  private get(url: URL, options: HttpOptions): Promise<Answer> {
    return get(url, { ...this.http, ...options, token: this.token });
  }

  private async refusal(answer: Answer, name: string, revision: string): Promise<UserError> {
    await readAll(answer, 1 << 16).catch(() => undefined);
    const page = new URL(name, this.endpoint).href;
    const { status } = answer;
    if (status === 401 || status === 403) {
      const remedy = this.token
        ? `its licence must be accepted at ${page} by the account that HF_TOKEN belongs to`
        : `set HF_TOKEN to a token of an account that has accepted its licence at ${page}${this.endpoint.origin === PUBLIC_HUB ? '' : ' (a saved login is used only for the public hub)'}`;
      return new UserError(`${name}: the hub answers ${status}: the name is misspelt, or the model is private or gated; ${remedy}`);
    }
    if (status === 404 && answer.headers.get('x-error-code') === 'RevisionNotFound') {
      return new UserError(`${name}: the hub has no revision ${JSON.stringify(revision)} of this model; see ${page}`);
    }
    if (status === 404)
      return new UserError(`${name}: the hub has no such model (404); check the spelling, including upper and lower case`);
    return new UserError(`${name}: the hub answers ${status}; try again later`);
  }
}

function fileOf({ rfilename, size, blobId, lfs }: z.infer<typeof listing>['siblings'][number]): HubFile[] {
  const length = lfs?.size ?? size;
  const sha256 = (lfs?.sha256 ?? lfs?.oid)?.replace(/^sha256:/, '');
  if (length === undefined || length === null) return [];
  if (lfs)
    return sha256 && /^[0-9a-f]{64}$/.test(sha256)
      ? [{ name: rfilename, size: length, checksum: { algorithm: 'sha256', value: sha256 } }]
      : [];
  return blobId && /^[0-9a-f]{40}$/.test(blobId)
    ? [{ name: rfilename, size: length, checksum: { algorithm: 'git-sha1', value: blobId } }]
    : [];
}

/** The token of an earlier login. It was saved for the public hub and must not go to a mirror. */
function savedToken(endpoint: URL): string | undefined {
  if (endpoint.origin !== PUBLIC_HUB) return undefined;
  try {
    return fs.readFileSync(path.join(huggingFaceHome(), 'token'), 'utf8');
  } catch {
    return undefined;
  }
}
