import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../../src/methods/registry';
import { datasetStyles, methodStyle, methodStyles } from '../../src/plots/series-style';
import { PHANTOM_NAMES } from '../../src/phantoms/names';

const KNOWN = Object.values(METHODS).flatMap(({ label, variants = [] }) => [label, ...variants.map((variant) => variant.label)]);
const distinct = (values: readonly unknown[]): number => new Set(values.map((value) => JSON.stringify(value))).size;

test('every method of the registry has a look of its own, whatever stands beside it', () => {
  const labels = KNOWN.filter((label) => label !== 'AnomalyDINO, no rotations');
  const all = methodStyles(labels);
  assert.equal(distinct(labels.map((label) => [all[label].colour, all[label].dash])), labels.length);
  for (const label of labels) assert.deepEqual(methodStyles(['new one', label])[label], all[label], label);
  assert.equal(distinct(PHANTOM_NAMES.map((name) => datasetStyles(['others', name])[name].colour)), PHANTOM_NAMES.length);
});

test('a variant of a method has its colour and symbol, but another line; the longest name counts', () => {
  const styles = methodStyles(['MediCLIP, 4 tokens', 'MediCLIP', 'WinCLIP, zero-shot (k)', 'MediCLIPPED']);
  const [own, variant] = [styles.MediCLIP, styles['MediCLIP, 4 tokens']];
  assert.deepEqual([variant.colour, variant.symbol], [own.colour, own.symbol]);
  assert.notDeepEqual(variant.dash, own.dash);
  assert.deepEqual(styles['WinCLIP, zero-shot (k)'].dash, methodStyle('WinCLIP, zero-shot').dash);
  assert.notEqual(styles.MediCLIPPED.colour, own.colour);
});

test('unknown methods have a look that depends on their names alone, even names of objects', () => {
  const names = ['constructor', '__proto__', 'my method'];
  const styles = methodStyles(names);
  for (const name of names) assert.match(styles[name].colour, /^#[0-9A-F]{6}$/);
  assert.deepEqual(methodStyles(['MediCLIP', 'my method'])['my method'], methodStyle('my method'));
});
