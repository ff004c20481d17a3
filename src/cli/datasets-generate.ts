import type { Command } from 'commander';

export function registerGenerate(_root: Command): void {}
