import type { ResultTable } from './table';

/** A table in GitHub's Markdown, with the caption above and the notes below. */
export function markdownTable({ caption, columns, rows, notes }: ResultTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map((cells) => line(cells.map(({ text, best }) => (best && text !== '' ? `**${plain(text)}**` : plain(text)))));
  const lines = [plain(caption), '', line(columns.map(plain)), line(columns.map(() => '---')), ...body];
  if (notes.length > 0) lines.push('', ...notes.map((note) => `- ${plain(note)}`));
  return lines.join('\n') + '\n';
}

/** Escapes a text for Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#~$&]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}
