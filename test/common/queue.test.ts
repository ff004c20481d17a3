import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from '../../src/common/queue';

test('no more than a few pieces of work at a time, and an error comes out once', async () => {
  const queue = new Queue(2);
  let [going, most, done] = [0, 0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++going);
    await wait(2);
    going--;
    done++;
  };
  for (let i = 0; i < 7; i++) await queue.add(work);
  await queue.empty();
  assert.deepEqual([most, done], [2, 7]);
  await queue.add(() => Promise.reject(new Error('no space')));
  await assert.rejects(queue.empty(), /no space/);
  await assert.rejects(queue.add(work), /no space/);
  await queue.settled();
});
