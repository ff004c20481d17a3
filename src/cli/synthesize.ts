import type { Command } from 'commander';

export function registerSynthesize(_root: Command): void {}
