import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/common/node/project-root';

/** What a command line printed, and its exit code. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const PROGRAM = `
const { main } = require(${JSON.stringify(path.join(projectRoot(), 'src/cli/main.ts'))});
const ran = [];
const real = process.stdout.write.bind(process.stdout);
for (const name of ['stdout', 'stderr']) process[name].write = (text) => ((ran.at(-1)[name] += String(text)), true);
(async () => {
  for (const argv of JSON.parse(process.argv[1])) {
    ran.push({ code: 0, stdout: '', stderr: '' });
    process.exitCode = 0;
    await main(argv);
    ran.at(-1).code = process.exitCode;
  }
  process.exitCode = 0;
  real(JSON.stringify(ran));
})();
`;

/** Runs command lines one after another in one process, which is faster than one for each and lets arguments hold anything. */
export function commandLines(cwd: string, ...lines: string[][]): Ran[] {
  const register = ['--require', require.resolve('tsx/cjs'), '--import', pathToFileURL(require.resolve('tsx')).href];
  const { stdout, stderr } = spawnSync(process.execPath, [...register, '-e', PROGRAM, JSON.stringify(lines)], {
    encoding: 'utf8',
    cwd,
    env: { ...process.env, MEDICLIP_ROOT: projectRoot() },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Ran[];
}
