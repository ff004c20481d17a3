import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { messageOf, UserError } from '../../common/errors';
import { projectRoot } from '../../common/node/project-root';
import { Tokenizer } from '../clip/tokenizer/tokenizer';

const loaded = new Map<string, Tokenizer>();

/**
 * CLIP's tokenizer with the merges of a file, which each process reads once.
 * @param mergesFile - list of merges, one per line after a heading, plain (`merges.txt`) or
 * gzipped; by default CLIP's own
 * @throws UserError if the file is missing or is no list of CLIP's length
 */
export function loadTokenizer(mergesFile = path.join(projectRoot(), 'models', 'vocabulary', 'bpe_simple_vocab_16e6.txt.gz')): Tokenizer {
  const file = path.resolve(mergesFile);
  const tokenizer = loaded.get(file) ?? new Tokenizer(readMerges(file), file);
  loaded.set(file, tokenizer);
  return tokenizer;
}

function readMerges(file: string): string {
  try {
    const content = fs.readFileSync(file);
    return (content[0] === 0x1f ? zlib.gunzipSync(content, { maxOutputLength: 64 * 2 ** 20 }) : content).toString('utf8');
  } catch (error) {
    throw new UserError(`${file}: the vocabulary cannot be read (${messageOf(error)}); restore it from the repository`);
  }
}
