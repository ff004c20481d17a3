import path from 'node:path';
import { z } from 'zod';
import { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { checked } from '../../common/checked';
import { readJson } from '../../common/node/files';
import type { Check } from './check';
import { loadTokenizer } from '../../backbones/node/load-tokenizer';

const schema = z.object({
  context_length: z.number().int().min(2).default(77),
  cases: z.array(z.object({ category: z.string(), text: z.string(), n_tokens: z.number().optional(), ids: z.array(z.number()) })).min(1),
});

/**
 * Compares the token ids of the texts in `tokenizer.json`, and their numbers of tokens, exactly.
 * There is one check per category and one for all texts.
 * @throws UserError if the file is missing or has another format
 */
export async function verifyTokenizer(dir: string): Promise<Check[]> {
  const file = path.join(dir, 'tokenizer.json');
  const { cases, context_length: length } = checked(schema, readJson(file), file);
  const tokenizer = loadTokenizer();
  const compared = cases.map(({ category, text, ids, n_tokens: count }) => {
    const ours = tokenizer.tokenize(text, length);
    const off = ours.length === ids.length ? ids.reduce((most, id, i) => Math.max(most, Math.abs(id - ours[i])), 0) : Infinity;
    const sameCount = count === undefined || tokenizer.encode(text).length === count;
    return { category, text, off: sameCount ? off : Math.max(off, 1) };
  });
  const categories = [...new Set(cases.map((c) => c.category))];
  return [
    ...categories.map((category) =>
      summary(
        category,
        compared.filter((c) => c.category === category),
      ),
    ),
    summary('all', compared),
  ];
}

function summary(category: string, compared: { text: string; off: number }[]): Check {
  const missed = compared.filter((c) => !(c.off === 0));
  const maxAbs = compared.reduce((most, c) => Math.max(most, c.off), 0);
  const first = missed.length > 0 ? `, ${missed.length} differ, the first: ${JSON.stringify(missed[0].text.slice(0, 80))}` : '';
  return {
    name: `tokenizer/${category}`,
    maxAbs,
    maxRel: maxAbs / Tokenizer.end,
    tolerance: 'exact',
    ok: missed.length === 0,
    note: `${compared.length} texts${first}`,
  };
}
