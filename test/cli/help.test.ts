import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { EXAMPLES } from '../../src/cli/examples';
import { program } from '../../src/cli/program';
import { fullName, withDescendants } from '../../src/cli/usage';

/** The verbs that do something and are listed in the help of the one above them. */
function verbs(root: Command): Command[] {
  const listed = (command: Command): boolean =>
    command.parent === null || command.parent.createHelp().visibleCommands(command.parent).includes(command);
  return withDescendants(root).filter((command) => command.commands.length === 0 && listed(command));
}

/** Reads a command line as a shell would and lets the program take it, without doing anything. */
function parse(line: string): void {
  const root = program();
  for (const command of verbs(root)) command.action(() => undefined);
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare);
  assert.deepEqual(words.splice(0, 2), ['npx', 'mediclip'], line);
  try {
    root.parse(words, { from: 'user' });
  } catch (error) {
    assert.fail(`${line}: ${(error as Error).message}`);
  }
}

test('the help of each verb marks required options and shows a valid example', () => {
  const root = program();
  assert.deepEqual(Object.keys(EXAMPLES).sort(), verbs(root).map(fullName).sort());
  for (const command of verbs(root)) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const examples = EXAMPLES[fullName(command)];
    for (const line of examples) {
      assert.ok(line.startsWith(`npx ${fullName(command)}`) && help.includes(`\n  ${line}\n`), line);
      parse(line);
    }
    const marked = help.split('(required)').length - 1;
    assert.equal(marked, command.options.filter(({ mandatory }) => mandatory).length, fullName(command));
  }
});

test('the command lines of the documents are such that the program takes them', () => {
  const folders = ['.', 'docs', 'datasets', 'workflow', 'results', 'notebooks', 'models/compact'];
  const pages = folders.flatMap((folder) => fs.readdirSync(folder).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : [])));
  const lines = pages
    .flatMap((page) => fs.readFileSync(page, 'utf8').split('\n'))
    .filter((line) => /^ {4,}npx mediclip \w/.test(line))
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  assert.ok(lines.length > 20, `${lines.length} lines`);
  for (const line of lines) if (!/\bVERB\b|\.\.\.|[[|]|\\$/.test(line)) parse(line);
});
