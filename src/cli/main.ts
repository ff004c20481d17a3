import { Command, CommanderError } from 'commander';
import { messageOf, UsageError, UserError } from '../common/errors';
import { packageVersion } from '../common/version';
import { registerAblate } from './ablate';
import { registerBench } from './bench';
import { registerDatasets } from './datasets';
import { registerDoctor } from './doctor';
import { registerModels } from './models';
import { registerRuns } from './runs';
import { registerSynthesize } from './synthesize';
import { registerTable } from './table';
import { registerVerify } from './verify';

/** The program with all its verbs. */
export function program(): Command {
  const root = new Command('mediclip')
    .description('Few-shot anomaly detection in medical images (MediCLIP).\nResearch and teaching only; not a medical device.')
    .version(packageVersion())
    .showHelpAfterError('(add --help for what this command takes)')
    .enablePositionalOptions();
  registerDoctor(root);
  registerModels(root);
  registerDatasets(root);
  registerSynthesize(root);
  registerRuns(root);
  registerAblate(root);
  registerTable(root);
  registerVerify(root);
  registerBench(root);
  for (const command of withDescendants(root)) command.exitOverride();
  root.hook('preAction', (_, command) => refuseEmpty(command));
  return root;
}

/** An empty text is what an unset variable of a shell leaves; no option means anything by it. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const value = command.getOptionValue(option.attributeName()) as unknown;
    if ([value].flat().includes('')) throw new UsageError(`${option.long ?? option.flags}: is empty`);
  }
}

/** Runs one command line; sets the exit code 0, 1 (failed) or 2 (wrong usage). */
export async function main(argv: string[]): Promise<void> {
  outliveReaders();
  try {
    await program().parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * Whoever reads what is printed may stop reading (`| head`): the work goes on, what else would be printed is lost. So it is where a
 * full disk takes it (`> file`); as that is no wish, the command has failed then.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(outlive)) stream.on('error', outlive);
  }
}

let lost: string | undefined;

function outlive({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || lost !== undefined) return;
  lost = code ?? 'unknown';
  process.on('exit', (status) => {
    if (status === 0) process.exitCode = 1;
  });
  process.stderr.write(`mediclip: not all that was printed could be written (${lost})\n`);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  if (error instanceof UserError) {
    process.stderr.write(`mediclip: ${printable(error.message)}\n`);
    return error.exitCode;
  }
  const refused = refusalOf(error);
  process.stderr.write(`mediclip: ${printable(refused ?? messageOf(error))}\n`);
  if (process.env.MEDICLIP_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else if (refused === undefined) process.stderr.write('this is a defect of the program; MEDICLIP_DEBUG=1 shows where it happened\n');
  return 1;
}

/** Without what would steer a terminal: names of files may hold anything. */
function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** What the system refused, where that is what was thrown: no space, a name too long, a link to itself. */
function refusalOf(error: unknown): string | undefined {
  const { code, syscall, path: file } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string' || !/^E[A-Z]+$/.test(code)) return undefined;
  return `${file ?? 'the system'}: ${syscall} is refused (${code})`;
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
