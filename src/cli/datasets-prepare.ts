import type { Command } from 'commander';

export function registerPrepare(_root: Command): void {}
