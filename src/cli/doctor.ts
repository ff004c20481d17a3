import type { Command } from 'commander';

export function registerDoctor(_root: Command): void {}
