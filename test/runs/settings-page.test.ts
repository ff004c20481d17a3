import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../src/common/node/project-root';
import { trainingConfig } from '../../src/runs/config';

/** Defaults that the page puts into words. */
const IN_WORDS: Record<string, string> = {
  imageSize: "the model's",
  syntheticBank: 'not set',
  keepLeaks: 'not set',
  calibrate: 'not set',
  abnormalShots: 'not set',
  repeatDraws: 'not set',
  'prompts.normal': '10 texts',
  'prompts.abnormal': '11 texts',
  'baseline.winclip.states.normal': "the paper's",
  'baseline.winclip.states.abnormal': "the paper's",
  'baseline.winclip.templates': "the paper's",
};

function leaves(value: unknown, at: string[] = []): [key: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[at.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...at, key]));
}

test('the page of settings has every key once, with its default', () => {
  const page = fs.readFileSync(path.join(projectRoot(), 'docs', 'settings.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)].map(([, key, value]) => [key, value] as const);
  const config = trainingConfig({});
  assert.deepEqual([config.prompts.normal.length, config.prompts.abnormal.length], [10, 11]);
  const expected = [
    ...leaves({ ...config, syntheticBank: null, keepLeaks: null, calibrate: null, abnormalShots: null, repeatDraws: null }),
  ].map(([key, value]) => [key, IN_WORDS[key] ?? value] as const);
  assert.deepEqual(rows.map(([key]) => key).sort(), expected.map(([key]) => key).sort());
  const written = new Map(rows);
  for (const [key, value] of expected) {
    const text = written.get(key) ?? '';
    assert.deepEqual(typeof value === 'string' ? text : (JSON.parse(text) as unknown), value, key);
  }
});
