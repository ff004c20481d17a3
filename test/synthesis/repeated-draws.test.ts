import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDraw, numberCalls, type Drawing, type DrawRequest } from '../../src/synthesis/drawing';
import { synthesisParameters } from '../../src/synthesis/parameters';
import { trainingConfig } from '../../src/runs/config';

const image = { width: 64, height: 64, channels: 1 as const, data: Uint8Array.from({ length: 4096 }, (_, i) => (i * 37) % 251) };

/** Rectangles of one size, upright but for shear and rotation, so that only what repeats differs between draws. */
const rectangles = { ellipseProbability: 0, sideOffset: 0.3, sideScale: 1e-9, shearSd: 0.2, rotation: 90 };
const drawing = (synthesis: object, task = 'SourceTask'): Drawing => ({
  support: [image, image],
  tasks: { [task]: 1 },
  parameters: synthesisParameters(synthesis),
  seed: 5,
});
const epoch = (n: number): DrawRequest[][] =>
  [0, 1, 2].map((step) => [0, 1].map((place) => ({ image: place, keys: [n, 2 * step + place] })));

test('draws are numbered by task and by the worker that would take the batch', () => {
  const numbered = numberCalls(epoch(1), { SourceTask: 1 }, 5);
  assert.deepEqual(
    numbered,
    epoch(1).map((step, s) => step.map((request, i) => ({ ...request, call: [0, 0, 2][s] + i }))),
  );
  const mixed = numberCalls(epoch(1), { SourceTask: 0.5, SinkTask: 0.5 }, 5).flat();
  assert.ok(new Set(mixed.map(({ call }) => call)).size < 4, 'each task counts its own draws');
});

test('numbered draws repeat corners, shear, rotation and second shapes in every epoch; others do not', () => {
  const made = drawing({ simpleShape: rectangles });
  const masks = (numbered: boolean, n: number): Float32Array[] =>
    (numbered ? numberCalls(epoch(n), made.tasks, 5) : epoch(n)).flat().map((request) => makeDraw(made, request).mask.data as Float32Array);
  assert.deepEqual(masks(true, 1), masks(true, 2));
  masks(false, 1).forEach((mask, i) => assert.notDeepEqual(mask, masks(false, 2)[i]));
  const free = drawing({});
  const draws = [1, 2].map((n) =>
    numberCalls(epoch(n), free.tasks, 5)
      .flat()
      .map((request) => makeDraw(free, request)),
  );
  assert.deepEqual(...(draws.map((all) => all.map(({ anomalies }) => anomalies)) as [number[], number[]]));
  assert.notDeepEqual(draws[0][0].image.data, draws[1][0].image.data, 'sizes are new in every epoch');
});

test('false is the default, and is not recorded', () => {
  const { repeatDraws, ...rest } = trainingConfig({ repeatDraws: false });
  assert.equal(repeatDraws, undefined);
  assert.deepEqual(rest, trainingConfig({}));
  assert.equal(trainingConfig({ repeatDraws: true }).repeatDraws, true);
});
