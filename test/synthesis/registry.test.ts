import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { Random } from '../../src/common/random';
import { SynthesisPool } from '../../src/datasets/synthesis-pool';
import { pickTask } from '../../src/synthesis/drawing';
import { synthesisParameters } from '../../src/synthesis/parameters';
import type { DrawnPair, TaskDefinition } from '../../src/synthesis/registered-task';
import { BUILT_IN_TASKS, registeredTasks, registerTask, TASK_NAMES, taskByName } from '../../src/synthesis/registry';
import { synthesize } from '../../src/synthesis/tasks';
import { phantom } from './images';

/** The example of {@link registerTask}. */
function registerDisc(change = 60): void {
  registerTask({
    name: 'BrightDisc',
    parameters: { radius: 6, change },
    draw(image, random, { radius, change }) {
      const [x, y] = [random.integer(0, image.width), random.integer(0, image.height)];
      const mask = Array.from(image.data, (_, i) => {
        return Math.hypot((i % image.width) - x, Math.floor(i / image.width) - y) <= radius ? 1 : 0;
      });
      mask.forEach((inside, i) => (image.data[i] = Math.min(255, image.data[i] + inside * change)));
      return { image, mask };
    },
  });
}

const refused = (work: () => unknown, pattern: RegExp): void =>
  assert.throws(work, (error: Error) => error instanceof UserError && !error.message.includes('\n') && pattern.test(error.message));

test('the built-in tasks keep their order, on which seeds depend', () => {
  const names = ['CutpasteTask', 'SmoothIntensityTask', 'GaussIntensityChangeTask', 'SourceTask', 'SinkTask', 'IdentityTask'];
  assert.deepEqual(TASK_NAMES.slice(0, 6), names);
  assert.deepEqual(
    BUILT_IN_TASKS.slice(0, 2).map(({ short }) => taskByName(short)),
    names.slice(0, 2),
  );
});

test('a registered task calls its function with its parameters and does not change its input', () => {
  registerDisc();
  const image = phantom(40, 50);
  const before = image.data.slice();
  const draw = synthesize('BrightDisc', image, { support: [image], random: Random.of(1) });
  assert.deepEqual(image.data, before);
  draw.image.data.forEach((v, i) => assert.equal(v, draw.mask.data[i] === 1 ? Math.min(255, before[i] + 60) : before[i]));
  const count = (radius: number): number => {
    const parameters = synthesisParameters({ BrightDisc: { radius } });
    return synthesize('BrightDisc', image, { support: [image], random: Random.of(1), parameters }).mask.data.reduce((a, b) => a + b, 0);
  };
  assert.ok(count(1) < count(6) && count(6) < count(12));
  assert.ok(draw.anomalies === 1 && draw.patch.height <= 13 && draw.patch.fill > 0.4);
  registerDisc(10);
  assert.equal(registeredTasks().length, 1, 'the same name again replaces it');
  const again = synthesize('BrightDisc', image, { support: [image], random: Random.of(1) });
  assert.deepEqual(again.mask, draw.mask);
  assert.notDeepEqual(again.image, draw.image);
});

test('invalid names, parameters and functions are refused by name', () => {
  const define = (changes: object): (() => void) => {
    const task = { name: 'Mine', draw: (image: unknown) => ({ image, mask: [] }), ...changes };
    return () => registerTask(task as unknown as TaskDefinition);
  };
  for (const name of ['CutpasteTask', 'cutpaste', 'perlinShape', 'gaussIntensityChange'])
    refused(define({ name }), /is built in; choose another/);
  for (const name of ['', 'a b', '../x', '1st', 'constructor', undefined, 3])
    refused(define({ name }), /registerTask: name: expected a letter/);
  refused(define({ draw: 'x' }), /registerTask: Mine: draw: expected a function/);
  for (const value of [null, {}, NaN, [], [1, 'a'], undefined])
    refused(define({ parameters: { a: value } }), /Mine: parameters\.a: expected a default/);
  refused(define({ parameters: { 'a b': 1 } }), /parameters\.a b: a parameter's name/);
  assert.deepEqual(
    registeredTasks().map(({ name }) => name),
    ['BrightDisc'],
  );
});

test('parameters of a registered task are checked like those of built-in tasks', () => {
  registerDisc();
  refused(() => synthesisParameters({ BrightDisc: { radius: 'large' } }), /^synthesis\.BrightDisc\.radius: Expected number/);
  refused(() => synthesisParameters({ BrightDisc: { raduis: 3 } }), /^synthesis\.BrightDisc: Unrecognized key/);
  refused(() => synthesisParameters({ DarkDisc: {} }), /Unrecognized key.*DarkDisc/);
});

test('the result of a function is checked', () => {
  const image = phantom(10, 12);
  const returns = (value: unknown, pattern: RegExp): void => {
    registerTask({ name: 'Wrong', draw: () => value as DrawnPair });
    refused(() => synthesize('Wrong', image, { support: [image], random: Random.of(1) }), pattern);
  };
  const mask = new Float32Array(120);
  returns(undefined, /^synthesis: Wrong: draw returned nothing; expected \{ image, mask \}/);
  returns({ image }, /returned something else/);
  returns(Promise.resolve({ image, mask }), /must not be async/);
  returns({ image: phantom(12, 10), mask }, /another image than one of 12 x 10 pixels/);
  returns({ image: { ...image, data: image.data.subarray(1) }, mask }, /another image/);
  returns({ image: { ...image, data: new Float32Array(120) }, mask }, /whose data is no Uint8Array; round grey levels/);
  returns({ image, mask: mask.subarray(1) }, /a mask of 119 numbers; expected 120/);
  returns({ image, mask: mask.map((_, i) => (i === 7 ? 255 : 0)) }, /a mask with 255 at pixel 7; expected numbers from 0 to 1/);
  returns({ image, mask: mask.map((_, i) => (i === 7 ? NaN : 0)) }, /a mask with NaN at pixel 7/);
  refused(
    () => synthesize('Absent', image, { support: [image], random: Random.of(1) }),
    /"Absent" is not a known synthesis task; use CutpasteTask/,
  );
});

test('tasks are picked by their probabilities, independently of the order of names or registration', () => {
  const pick = (tasks: Record<string, number>): string[] => Array.from({ length: 40 }, (_, i) => pickTask(tasks, Random.of(i)));
  const picked = pick({ B: 0.3, SinkTask: 0.3, A: 0.4 });
  assert.deepEqual(picked, pick({ A: 0.4, B: 0.3, SinkTask: 0.3 }));
  assert.deepEqual([...new Set(picked)].sort(), ['A', 'B', 'SinkTask']);
});

test('a pool with a registered task makes the same draws with any number of threads', async () => {
  registerDisc();
  const support = [phantom(32, 32), phantom(24, 40)];
  const requests = Array.from({ length: 8 }, (_, i) => ({ image: i % 2, keys: [1, i] }));
  const drawn = async (threads: number): Promise<unknown[]> => {
    const pool = new SynthesisPool({ support, tasks: { BrightDisc: 0.5, CutpasteTask: 0.5 }, seed: 4, threads });
    const draws = await pool.draw(requests);
    await pool.close();
    return draws.map(({ task, image, mask }) => [task, [...image.data], [...mask.data]]);
  };
  const draws = await drawn(0);
  assert.deepEqual(await drawn(2), draws);
  assert.deepEqual([...new Set(draws.map((draw) => (draw as string[])[0]))].sort(), ['BrightDisc', 'CutpasteTask']);
});
