import type { Tokenizer } from '../backbones/clip/tokenizer/tokenizer';
import { drawing, FILLS, textLine } from './drawing';
import type { PngPicture } from './picture';
import { COLOURS } from '../drawing/style';

const LETTER = 7.4;
const PAD = 12;
const GAP = 4;
const ROW = 46;

/**
 * Prompts as the text encoder receives them: one box per token with its number below. Learnable
 * tokens have their own colour. The zeros at the end are left out.
 * @param prompts - token ids of each prompt, `[N]`
 * @param contextTokens - number of learnable tokens, directly after the start token
 */
export function tokenFigure(prompts: readonly ArrayLike<number>[], contextTokens: number, tokenizer: Tokenizer): Promise<PngPicture> {
  const rows = prompts.map((ids) => tokensOf(Array.from(ids), contextTokens, tokenizer));
  const shapes: string[] = [];
  let widest = 0;
  rows.forEach((tokens, r) => {
    let x = PAD;
    const y = PAD + r * ROW;
    for (const { symbol, id, learned } of tokens) {
      const width = Math.max(30, symbol.length * LETTER + 10);
      const fill = learned ? FILLS.learned : FILLS.frozen;
      shapes.push(`<rect x="${x}" y="${y}" width="${width}" height="22" rx="4" fill="${fill}" stroke="${COLOURS.chance}"/>`);
      shapes.push(textLine(x + width / 2, y + 15, symbol, { size: 12, italic: learned }));
      shapes.push(textLine(x + width / 2, y + 34, learned ? 'learned' : String(id), { size: 9, colour: COLOURS.faint }));
      x += width + GAP;
    }
    widest = Math.max(widest, x);
  });
  const alt = `Tokens of ${prompts.length} prompts: ${rows.map((row) => row.map(({ symbol }) => symbol).join(' ')).join('; ')}.`;
  return drawing(Math.ceil(widest + PAD - GAP), rows.length * ROW + PAD, shapes, alt);
}

interface TokenBox {
  symbol: string;
  id: number;
  learned: boolean;
}

function tokensOf(ids: number[], contextTokens: number, tokenizer: Tokenizer): TokenBox[] {
  const end = ids.indexOf(Math.max(...ids)); // the end token has the highest number
  return ids.slice(0, end + 1).map((id, i) => {
    const learned = i >= 1 && i <= contextTokens;
    return { symbol: learned ? `V${i}` : tokenizer.symbolOf(id).replace('</w>', ''), id, learned };
  });
}
