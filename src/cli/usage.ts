import type { Command, CommanderError } from 'commander';
import { UsageError } from '../common/errors';

/** A command and all its descendants. */
export function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

/** The full name of a command: `mediclip datasets prepare`. */
export function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** The number of names that lead to a command. */
function depth(command: Command): number {
  return command.parent ? 1 + depth(command.parent) : 0;
}

/** The command that the words of a command line lead to. */
export function commandOf(root: Command, [word, ...rest]: readonly string[]): Command {
  const next = root.commands.find((command) => command.name() === word);
  return next ? commandOf(next, rest) : root;
}

/**
 * Refuses values that make no sense for any option or argument, before anything is read.
 * @throws UsageError for an empty text (an unset variable of a shell), a NUL character, and an
 * option instead of a value
 */
export function checkValues(command: Command): void {
  for (const option of command.options) {
    const flag = option.long ?? option.flags;
    for (const value of texts(command.getOptionValue(option.attributeName()))) {
      check(flag, value);
      if (value.startsWith('--'))
        throw new UsageError(`${flag}: expected a value, got ${JSON.stringify(value)}; for a file of that name write ./${value}`);
    }
  }
  command.registeredArguments.forEach((argument, i) => {
    for (const value of texts(command.processedArgs[i])) check(`<${argument.name()}>`, value);
  });
}

function texts(value: unknown): string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string');
}

function check(what: string, value: string): void {
  if (value === '') throw new UsageError(`${what}: is empty`);
  if (value.includes('\0')) throw new UsageError(`${what}: holds a NUL character, which no name may contain: ${JSON.stringify(value)}`);
}

/** What commander refuses, in the words of this project: subject, colon, what is wrong. */
export function usageMessage({ code, message }: CommanderError, command: Command, argv: readonly string[]): string {
  const [first, hint = ''] = message.replace(/^error: /, '').split(/\n(?=\(Did you mean)/);
  const like = hint && ` ${hint.replace('(Did', '(did')}`;
  const name = /'([^]*)'/.exec(first)?.[1] ?? first;
  switch (code) {
    case 'commander.unknownOption':
      return `${name}: no such option${like}`;
    case 'commander.unknownCommand':
      return `${name}: no such verb${like}`;
    case 'commander.missingMandatoryOptionValue':
      return `${name}: is required`;
    case 'commander.missingArgument':
      return `<${name}>: is required`;
    case 'commander.optionMissingArgument':
      return `${name}: expected a value, got none`;
    case 'commander.excessArguments': {
      const words = command.parseOptions([...argv]).operands.slice(depth(command));
      const extra = words.slice(command.registeredArguments.length).map((text) => JSON.stringify(text));
      return `${extra.join(', ')}: too many arguments for this verb; quote a name that holds spaces`;
    }
    case 'commander.invalidArgument':
      return invalid(first);
    default:
      return first.replace(/\.$/, '');
  }
}

/** A value that is none of the choices. */
function invalid(message: string): string {
  const [, option, value, choices] =
    /^option '(--[\w-]+)[^']*' argument '([^]*)' is invalid\. Allowed choices are ([^]*)\.$/.exec(message) ?? [];
  if (option) return `${option}: expected one of ${choices}, got ${JSON.stringify(value)}`;
  const [, given, argument, allowed] =
    /^command-argument value '([^]*)' is invalid for argument '([\w-]+)'\. Allowed choices are ([^]*)\.$/.exec(message) ?? [];
  return argument ? `<${argument}>: expected one of ${allowed}, got ${JSON.stringify(given)}` : message;
}
