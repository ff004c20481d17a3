import type { Command } from 'commander';

export function registerRuns(_root: Command): void {}
