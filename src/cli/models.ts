import type { Command } from 'commander';

export function registerModels(_root: Command): void {}
