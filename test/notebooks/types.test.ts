import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { codeCells, notebookNames, readNotebook, root } from './notebook';

// The kernel type-checks a cell when it runs. This checks all of them in seconds, with the kernel's options: a name that src no longer has,
// or an argument of another type, is found without a run.

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};

const IMPORT = /^import (?:type )?\{([^}]*)\} from '([^']+)';$/gm;

/** The code cells of a notebook as one module: every name is imported once, at the top. */
function joined(cells: readonly string[]): string {
  const names = new Map<string, Set<string>>();
  const bodies = cells.map((source) =>
    source.replace(IMPORT, (_, list: string, from: string) => {
      const known = names.get(from) ?? new Set();
      for (const name of list.split(',')) known.add(name.trim().replace(/^type /, ''));
      names.set(from, known);
      return '';
    }),
  );
  const imports = [...names].map(([from, list]) => `import { ${[...list].filter(Boolean).join(', ')} } from '${from}';`);
  return [...imports, ...bodies, 'export {};'].join('\n');
}

/** What TypeScript says of modules that stand in the project's folder under these names. */
function diagnose(modules: ReadonlyMap<string, string>): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { readFile, fileExists, getSourceFile } = host;
  const textOf = (file: string): string | undefined => modules.get(path.basename(file));
  host.readFile = (file) => textOf(file) ?? readFile(file);
  host.fileExists = (file) => textOf(file) !== undefined || fileExists(file);
  host.getSourceFile = (file, options, ...rest) => {
    const text = textOf(file);
    return text === undefined ? getSourceFile(file, options, ...rest) : ts.createSourceFile(file, text, options);
  };
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram(
    [...modules.keys()].map((name) => path.join(root, name)),
    OPTIONS,
    host,
  );
  return [...modules.keys()].flatMap((name) => {
    const file = program.getSourceFile(path.join(root, name));
    assert.ok(file);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ start = 0, messageText }) => {
      const line = file.text.slice(0, start).split('\n').length - 1;
      return `${name}: ${file.text.split('\n')[line].trim()}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

test('the cells of every notebook type-check as the kernel checks them; a wrong name is noticed', { timeout: 300_000 }, () => {
  const modules = new Map(
    notebookNames().map((name) => [
      `${path.parse(name).name}.ts`,
      joined(codeCells(readNotebook(path.join(root, 'notebooks', name))).map(({ source }) => source)),
    ]),
  );
  modules.set(
    'wrong.ts',
    joined([`import { shew } from './src/notebook';\nawait shew(undefined);`, `import { show } from './src/notebook';`]),
  );
  const complaints = diagnose(modules);
  assert.deepEqual(
    complaints.filter((text) => !text.startsWith('wrong.ts')),
    [],
  );
  assert.match(complaints.join('\n'), /^wrong\.ts: import \{ shew, show \} .*has no exported member .*shew/m);
});

test('what every notebook imports first loads no TensorFlow, not even its types', () => {
  const program = ts.createProgram([path.join(root, 'src', 'notebook.ts')], OPTIONS);
  const heavy = program.getSourceFiles().filter(({ fileName }) => /node_modules\/@tensorflow\//.test(fileName));
  assert.deepEqual(
    heavy.map(({ fileName }) => fileName),
    [],
  );
});
