import { COLOURS, escapeXml, FONT } from '../drawing/style';
import type { ResultTable } from './table';

/** A table as a self-contained HTML page that loads nothing from elsewhere. */
export function htmlTable({ name, caption, columns, rows, blocks, notes }: ResultTable): string {
  const head = `<tr>${columns.map((title) => `<th scope="col">${escapeXml(title)}</th>`).join('')}</tr>`;
  const cell = ({ text, best }: { text: string; best?: boolean }): string =>
    `<td>${best ? `<b>${escapeXml(text)}</b>` : escapeXml(text)}</td>`;
  const body = rows.map((cells, i) => `<tr${blocks.includes(i) ? ' class="block"' : ''}>${cells.map(cell).join('')}</tr>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<title>${escapeXml(name)}</title>`,
    '<style>',
    `body { font: 14px/1.5 ${FONT}; color: ${COLOURS.text}; background: ${COLOURS.background}; margin: 2em; max-width: 80em; }`,
    'table { border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid; }',
    'caption { text-align: left; padding-bottom: .8em; }',
    'th, td { text-align: left; padding: .25em .9em; vertical-align: top; font-variant-numeric: tabular-nums; }',
    'thead, tr.block { border-top: 1px solid; } thead { border-bottom: 1px solid; }',
    `p { color: ${COLOURS.faint}; margin: .4em 0; }`,
    '</style>',
    '</head>',
    '<body>',
    `<table><caption>${escapeXml(caption)}</caption>`,
    `<thead>${head}</thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    '</table>',
    ...notes.map((note) => `<p>${escapeXml(note)}</p>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
