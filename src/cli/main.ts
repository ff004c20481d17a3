import { getSystemErrorMap } from 'node:util';
import { CommanderError } from 'commander';
import { messageOf, UserError } from '../common/errors';
import { interruptedCode } from './interrupt';
import { missingPackage } from './missing-package';
import { note } from './output';
import { program } from './program';
import { outliveStreams, stdoutRefused } from './streams';
import { commandOf, fullName, usageMessage, withDescendants } from './usage';

/**
 * Runs one command line. Sets the exit code to 0, 1 (failed), 2 (wrong usage), or that of the
 * signal which ended it.
 */
export async function main(argv: string[]): Promise<void> {
  outliveStreams();
  try {
    await program().parseAsync(argv, { from: 'user' });
    if (stdoutRefused()) process.exitCode = 1;
  } catch (error) {
    process.exitCode = report(error, argv);
  }
}

function report(error: unknown, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (/^commander\.(help|version)/.test(error.code)) return error.exitCode === 0 ? 0 : 2; // commander has already printed it
    const command = commandOf(program(), argv);
    return wrongUsage(usageMessage(misspelt(error, argv) ?? error, command, argv), fullName(command));
  }
  if (error instanceof UserError) {
    if (error.exitCode === 2) return wrongUsage(error.message, fullName(commandOf(program(), argv)));
    note(`mediclip: ${explained(error.message)}`);
    return interruptedCode() ?? error.exitCode;
  }
  const refused = missingPackage(error) ?? refusalOf(error);
  note(`mediclip: ${explained(refused ?? messageOf(error).split('\n')[0])}`);
  if (process.env.MEDICLIP_DEBUG && error instanceof Error) (error.stack ?? '').split('\n').forEach(note);
  else if (refused === undefined) note('this is a defect of the program; MEDICLIP_DEBUG=1 shows where it happened');
  return interruptedCode() ?? 1;
}

function wrongUsage(message: string, command: string): 2 {
  note(`mediclip: ${message}${/npx mediclip|--help/.test(message) ? '' : `; see "npx ${command} --help"`}`);
  return 2;
}

/**
 * A misspelt required option is both missing and unknown. Commander reports the first; the second
 * says more.
 */
function misspelt(error: CommanderError, argv: readonly string[]): CommanderError | undefined {
  if (error.code !== 'commander.missingMandatoryOptionValue') return undefined;
  const lenient = program();
  for (const command of withDescendants(lenient)) {
    command.options.forEach((option) => option.makeOptionMandatory(false));
    if (command.commands.length === 0) command.action(() => undefined);
  }
  try {
    lenient.parse(argv, { from: 'user' });
  } catch (other) {
    if (other instanceof CommanderError) return other;
  }
  return undefined;
}

/**
 * Adds what the system's error code at the end of a message means: `(ENOENT: no such file or
 * directory)`.
 */
function explained(message: string): string {
  const code = /\((E[A-Z0-9]+)\)$/.exec(message)?.[1];
  const [, meaning] = [...getSystemErrorMap().values()].find(([name]) => name === code) ?? [];
  return meaning ? message.replace(/\)$/, `: ${meaning})`) : message;
}

/**
 * The system call that was refused, if that is what was thrown: no space, name too long, too many
 * links.
 */
function refusalOf(error: unknown): string | undefined {
  const { code, syscall, path: file } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string' || !/^E[A-Z]+$/.test(code)) return undefined;
  return `${file ?? 'the system'}: ${syscall} was refused (${code})`;
}
