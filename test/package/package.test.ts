import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { projectRoot } from '../../src/common/node/project-root';
import { Random } from '../../src/common/random';
import { encodePng } from '../../src/image/node/encode';

// What somebody has who installs the package: its files in node_modules of another project, beside its dependencies and nothing else.
// These are links to the packages of this project, so that the test needs no network.

const root = projectRoot();
const place = fs.mkdtempSync(path.join(os.tmpdir(), 'package-'));
const installed = path.join(place, 'node_modules', 'mediclip-notebooks');
test.after(() => fs.rmSync(place, { recursive: true, force: true }));

/** Runs Node in a folder as another project would; the machine's settings for this one do not count. */
function node(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH, HOME: place, XDG_CACHE_HOME: path.join(place, 'cache') };
  return spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
}

function succeed(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = node(folder, ...args);
  assert.equal(status, 0, `${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The program of a package of this project. */
function programOf(name: string): string {
  const folder = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  return path.join(folder, Object.values(bin)[0]);
}

let tarball = '';

test.before(async () => {
  succeed(root, 'scripts/build.mjs');
  const pack = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], { cwd: root, encoding: 'utf8' });
  assert.equal(pack.status, 0, pack.stderr);
  const [{ filename }] = JSON.parse(pack.stdout) as { filename: string }[];
  tarball = path.join(place, filename);
  fs.mkdirSync(installed, { recursive: true });
  assert.equal(spawnSync('tar', ['xzf', tarball, '--strip-components', '1', '-C', installed]).status, 0);
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies as object)) {
    const link = path.join(place, 'node_modules', name);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.symlinkSync(path.join(root, 'node_modules', name), link);
  }
  const random = Random.of(1, 'package test');
  for (const [folder, count] of [
    ['normal', 9],
    ['abnormal', 2],
  ] as const) {
    fs.mkdirSync(path.join(place, 'my-scans', folder), { recursive: true });
    for (let i = 0; i < count; i++) {
      const data = Uint8Array.from({ length: 64 * 64 }, () => random.integer(100, 156));
      if (folder === 'abnormal') data.fill(255, 64 * 20, 64 * 30);
      const png = await encodePng({ width: 64, height: 64, channels: 1, data });
      fs.writeFileSync(path.join(place, 'my-scans', folder, `${i}.png`), png);
    }
  }
});

/** The example of the README, with less to do. */
function example(): string {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const code = /## As a library\n[^]*?```js\n([^]*?)```/.exec(readme)?.[1] ?? assert.fail('README.md has no example');
  assert.ok(code.trimEnd().split('\n').length <= 12);
  const short = code.replace(/settings: \{.*\}/, 'settings: { shots: 2, epochs: 1, batchSize: 2, imageSize: 56, seed: 1 }');
  assert.notEqual(short, code);
  return short;
}

/** Runs a program in a folder with images of its own. */
function run(name: string, code: string): { stdout: string; stderr: string } {
  const folder = path.join(place, path.parse(name).ext.slice(1));
  fs.cpSync(path.join(place, 'my-scans'), path.join(folder, 'my-scans'), { recursive: true });
  fs.copyFileSync(path.join(place, 'my-scans', 'abnormal', '0.png'), path.join(folder, 'new.png'));
  fs.writeFileSync(path.join(folder, name), code);
  const { status, stdout, stderr } = node(folder, name);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return { stdout, stderr };
}

test('the example of the README runs as an ES module and as CommonJS, on WebAssembly and with the same result', () => {
  const before = fs.readdirSync(installed, { recursive: true }).sort();
  const module = run('example.mjs', example());
  assert.match(module.stdout, /^score 0\.\d+, map of 56 x 56, AUROC [01]\b/m);
  assert.match(module.stderr, /^note: .*WebAssembly/m);
  const [, names, from] = /import (\{.*\}) from ('.*');/.exec(example()) ?? assert.fail();
  const common = example().replace(/import .*/, `const ${names} = require(${from});\n(async () => {`) + '})();';
  assert.equal(run('example.cjs', common).stdout, module.stdout);
  assert.deepEqual(fs.readdirSync(installed, { recursive: true }).sort(), before, 'nothing is written into the package');
});

test('a run is opened once for many images, given as files or as bytes', () => {
  const code = `
    const fs = require('node:fs');
    const { openRun, predict, UserError } = require('mediclip-notebooks');
    (async () => {
      const run = await openRun('runs/my-scans');
      const [a, b] = await run.predict(['new.png', fs.readFileSync('new.png')], { overlay: true });
      const alone = await predict('runs/my-scans', 'new.png');
      const same = a.score === b.score && a.score === alone.score && a.map.data.every((v, i) => v === alone.map.data[i]);
      const missing = await run.predict('none.png').catch((error) => error instanceof UserError && error.message);
      run.dispose();
      const late = await run.predict('new.png').catch((error) => error instanceof UserError && error.message);
      const png = Buffer.from(a.overlay).toString('latin1', 1, 4);
      console.log(JSON.stringify({ same, image: b.image, png, none: alone.overlay === undefined, missing, late }));
    })();`;
  fs.writeFileSync(path.join(place, 'cjs', 'open.cjs'), code);
  assert.deepEqual(JSON.parse(succeed(path.join(place, 'cjs'), 'open.cjs')), {
    same: true,
    image: 'image 2',
    png: 'PNG',
    none: true,
    missing: 'none.png: cannot be read (ENOENT)',
    late: 'runs/my-scans: the run has been disposed of; open it again',
  });
});

test('a synthesis task of one’s own trains a run', () => {
  const code = `
    import { registerTask, train } from 'mediclip-notebooks';
    let draws = 0;
    registerTask({
      name: 'WhiteRow',
      draw(image) {
        draws++;
        image.data.fill(255, 0, image.width);
        return { image, mask: Array.from(image.data, (_, i) => (i < image.width ? 1 : 0)) };
      },
    });
    const settings = { shots: 2, epochs: 1, batchSize: 2, imageSize: 56, tasks: { WhiteRow: 1 } };
    const { record } = await train({ dataset: 'datasets/my-scans', out: 'runs/own', settings });
    console.log(draws, JSON.stringify(record.config.tasks));`;
  const folder = path.join(place, 'mjs');
  fs.writeFileSync(path.join(folder, 'task.mjs'), code);
  assert.match(succeed(folder, 'task.mjs'), /^[1-9]\d* \{"WhiteRow":1\}$/m);
});

test('the command line works beside it, and says which package a table needs', () => {
  const program = path.join(installed, 'bin', 'mediclip.cjs');
  const folder = path.join(place, 'cjs');
  assert.match(succeed(folder, program, 'models', 'list'), /^compact .*8\.7 M/m);
  assert.match(succeed(folder, program, 'predict', '--run', 'runs/my-scans', 'new.png', '--out', 'found'), /new-overlay\.png/);
  const untrained = ['--model', 'compact-untrained', '--method', 'mean-intensity', '--shots', '2', '--out', 'runs/untrained'];
  assert.match(succeed(folder, program, 'train', '--dataset', 'datasets/my-scans', ...untrained), /image AUROC/);
  const { status, stderr } = node(folder, program, 'table', '--runs', 'runs', '--name', 'comparison');
  assert.equal(status, 1);
  assert.match(stderr, /npm install arquero@\d/);
});

test('publint and Are The Types Wrong find nothing', () => {
  assert.match(succeed(place, programOf('publint'), tarball, '--strict'), /All good!/);
  assert.match(succeed(place, programOf('@arethetypeswrong/cli'), tarball), /No problems found/);
});

test('types need no other package, and everything that is exported is described', () => {
  const folder = path.join(place, 'types');
  fs.mkdirSync(folder);
  const code = (name: string): string => `
    import { metrics, openRun, predict, train, type Prediction, type TrainingSettings } from '${name}';
    const settings: TrainingSettings = { method: 'patchcore', shots: 2 };
    export async function use(): Promise<number> {
      const { metrics: found } = await train({ dataset: 'a', out: 'b', settings });
      const one: Prediction = await predict('run', 'a.png');
      const many: Prediction[] = await (await openRun('run')).predict(['a.png', new Uint8Array(3)]);
      const area: number | null = metrics.auroc([1, 0], [1, 0]);
      return (found?.imageAuroc ?? 0) + (one.map?.data[0] ?? 0) + many.length + (area ?? 0);
    }`;
  const files = ['a.mts', 'a.cts'].map((name) => path.join(folder, name));
  for (const file of files) fs.writeFileSync(file, code('mediclip-notebooks'));
  const wrong = path.join(folder, 'wrong.mts');
  fs.writeFileSync(wrong, `import { train } from 'mediclip-notebooks';\nvoid train({ out: 'b', settings: { shot: 2 } });\n`);
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: false, target: ts.ScriptTarget.ES2022, types: ['node'] },
    ...{ module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
    typeRoots: [path.join(root, 'node_modules', '@types')],
  };
  const program = ts.createProgram([...files, wrong], options);
  const problems = ts.getPreEmitDiagnostics(program);
  const told = problems.map(
    ({ file, messageText }) => `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
  assert.equal(told.length, 1, told.join('\n'));
  assert.match(told[0], /^wrong\.mts: .*'shot' does not exist/);

  const checker = program.getTypeChecker();
  const source = program.getSourceFile(fs.realpathSync(path.join(installed, 'dist', 'index.d.ts'))) ?? assert.fail();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source) ?? assert.fail());
  assert.ok(exported.length > 20);
  const described = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;
  for (const symbol of exported) {
    const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (symbol.name !== 'metrics') assert.ok(described(own), `${symbol.name} has no description`);
    else
      for (const member of checker.getExportsOfModule(own))
        assert.ok(described(checker.getAliasedSymbol(member)) || described(member), `metrics.${member.name}`);
  }
});
