import type { Command } from 'commander';

export function registerVerify(_root: Command): void {}
