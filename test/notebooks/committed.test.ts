import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { codeCells, notebookNames, pictureCount, readNotebook, root } from './notebook';

/** What notebooks import: files, since the kernel finds no folders; arquero, since tables are queried in the open. */
const MODULES = ['./src/notebook', './src/synthesis', './src/index', './src/notebook/runs', './src/notebook/tables', 'arquero'];
const MEBIBYTE = 2 ** 20;
const INDEX = fs.readFileSync(path.join(root, 'notebooks', 'README.md'), 'utf8');

/** The companion with the answers to the exercises of all others. */
const ANSWERS = '06-answers.ipynb';

test('there are notebooks', () => assert.ok(notebookNames().length > 0));

/** The Markdown cells of a notebook. */
function proseOf(name: string): string[] {
  return readNotebook(path.join(root, 'notebooks', name))
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => source);
}

/** The exercises of a notebook, each with its number and its title in bold. */
function exercisesOf(name: string): string[] {
  const prose = proseOf(name);
  return prose[prose.length - 1].split('## Exercises\n')[1]?.match(/^\d\. .+(?:\n(?!\d\. ).+)*/gm) ?? [];
}

test('every exercise has an answer: a heading with its number and title, and code; its notebook links to it', () => {
  const answers = readNotebook(path.join(root, 'notebooks', ANSWERS));
  const text = answers.map(({ cell_type, source }) => (cell_type === 'markdown' ? source : '<code>')).join('\n');
  for (const name of notebookNames().filter((one) => one !== ANSWERS)) {
    const number = name.slice(0, 2);
    const [, section] = new RegExp(`^## (${number} .+)$`, 'm').exec(text) ?? [];
    assert.ok(section, `${ANSWERS} has no section for ${name}`);
    const own = text.split(`## ${section}\n`)[1].split(/^## /m)[0];
    for (const exercise of exercisesOf(name)) {
      const [, place, title] = /^(\d\.) \*\*(.+?)\.?\*\*/s.exec(exercise) ?? [];
      const answer = own.split(`### ${place} ${title}\n`)[1]?.split('### ')[0];
      assert.ok(answer?.includes('<code>'), `${ANSWERS} has no answer with code to ${name}, ${place} ${title}`);
    }
    const link = `(${ANSWERS}#${section.replaceAll(' ', '-')})`;
    assert.ok(proseOf(name).at(-1)?.includes(link), `${name}: its exercises do not link to ${link}`);
  }
});

for (const name of notebookNames()) {
  const file = path.join(root, 'notebooks', name);

  test(`${name}: was run from top to bottom, without an error, and its outputs are kept`, () => {
    const cells = codeCells(readNotebook(file));
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      cells.map((_, i) => i + 1),
    );
    const outputs = cells.flatMap((cell) => cell.outputs);
    assert.deepEqual(
      outputs.filter((output) => ['error', 'execute_result'].includes(output.output_type) || output.name === 'stderr'),
      [],
    );
    const pictures = outputs.filter((output) => output.data?.['image/png'] !== undefined);
    const expected = pictureCount(cells);
    assert.equal(pictures.length, expected);
    for (const { metadata } of pictures) assert.ok(metadata?.['image/png']?.alt, 'a picture without alt text');
  });

  test(`${name}: is small, and its cells are short`, () => {
    assert.ok(fs.statSync(file).size < 3 * MEBIBYTE, `${(fs.statSync(file).size / MEBIBYTE).toFixed(1)} MiB`);
    for (const { source } of codeCells(readNotebook(file))) {
      const lines = source.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import '));
      assert.ok(lines.length <= (/^const \w+: \w+\[\] = \[$/.test(lines[0]) ? 10 : 8), `a list of 10 lines at most, else 8: ${source}`);
      for (const line of source.split('\n')) assert.ok(line.length <= 112, `too wide for a page of 1300 pixels: ${line}`);
    }
  });

  test(`${name}: begins with a question and its settings; the index has it`, () => {
    assert.match(proseOf(name)[0], /^# .+\n\n\*\*The question\.\*\* /);
    assert.match(codeCells(readNotebook(file))[0].source, /\bnotebookSettings\(/);
    const [, thumbnail] = new RegExp(`<img src="([^"]+)" width="\\d+" alt="[^"]+">\\]\\(${name}\\)`).exec(INDEX) ?? [];
    assert.ok(
      name === ANSWERS || (thumbnail && fs.existsSync(path.join(root, 'notebooks', thumbnail))),
      `${name} has no row with a thumbnail in notebooks/README.md`,
    );
    assert.ok(INDEX.includes(`](${name})`), `${name} is not in notebooks/README.md`);
  });

  test(`${name}: teaches: a formula, what to look for, exercises with hints`, { skip: name === ANSWERS }, () => {
    const prose = proseOf(name);
    assert.match(prose.join('\n'), /\$\$[^$]+\$\$/);
    assert.ok(prose.filter((text) => text.includes('**Look for**')).length >= 3);
    const exercises = exercisesOf(name);
    assert.ok(exercises.length >= 2);
    for (const exercise of exercises) assert.match(exercise, /^\d\. \*\*.+\*\* .+\*Hint: /s);
  });

  test(`${name}: imports from few modules, and exports, describes and disposes of nothing itself`, () => {
    const modules = new Set<string>();
    for (const { source } of codeCells(readNotebook(file))) {
      assert.doesNotMatch(source, /\brequire\(|\bimport\(|\bexportFigure\(|\bexportPage\(|\balt\b|\.dispose\(/);
      for (const [, from] of source.matchAll(/\bfrom\s+['"]([^'"]+)['"]/g)) modules.add(from);
    }
    for (const from of modules) assert.ok(MODULES.includes(from), from);
    assert.ok(modules.size <= (name === ANSWERS ? MODULES.length : 4));
  });

  test(`${name}: no shorthand properties of earlier cells' values, which the kernel does not resolve`, () => {
    const seen = new Set<string>();
    for (const { source } of codeCells(readNotebook(file))) {
      for (const [, list] of source.matchAll(/(?:[({,]|=)\s*\{([^{}]*)\}/g)) {
        if (/\bimport\b/.test(list)) continue;
        for (const item of list.split(','))
          if (seen.has(item.trim())) assert.fail(`{ ${list.trim()} }: write "${item.trim()}: ${item.trim()}"`);
      }
      for (const [, name, list] of source.matchAll(/\b(?:const|let)\s+(?:(\w+)|[{[]([^}\]]*)[}\]])/g)) {
        for (const item of (name ?? list).split(',')) seen.add(item.replace(/^.*:/, '').trim());
      }
    }
  });
}
