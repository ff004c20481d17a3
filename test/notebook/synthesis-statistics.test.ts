import assert from 'node:assert/strict';
import test from 'node:test';
import { compareStatistics, distributionTable, synthesisStatistics, publishedStatistics } from '../../src/notebook/synthesis-statistics';

test('draws are measured the same way each time', async () => {
  const { images } = await publishedStatistics();
  const draws = await synthesisStatistics(['SourceTask', 'IdentityTask'], images, 7, 1);
  assert.deepEqual(draws, await synthesisStatistics(['SourceTask', 'IdentityTask'], images, 7, 1));
  assert.deepEqual(
    draws.map(({ task, draw }) => `${task} ${draw}`).filter((_, i) => i % 6 === 0),
    ['SourceTask 0', 'SourceTask 6', 'IdentityTask 5'],
  );
  for (const { task, area, change, absoluteChange } of draws) {
    if (task === 'IdentityTask') assert.deepEqual([area, change, absoluteChange], [0, 0, 0]);
    else assert.ok(area > 0.01 && area < 0.6 && absoluteChange >= Math.abs(change));
  }
});

test('the reference is found, and a sample agrees with itself and not with another', async () => {
  const published = await publishedStatistics();
  assert.equal(published.images.length, 6);
  assert.equal(published.area.SinkTask.length, 600);
  const own = (factor: number) =>
    published.area.SinkTask.map((area, draw) => ({
      task: 'SinkTask' as const,
      draw,
      anomalies: 1,
      area: area * factor,
      change: 0,
      absoluteChange: published.absoluteChange.SinkTask[draw],
    }));
  const p = (factor: number): string[] =>
    distributionTable(compareStatistics(['SinkTask'], own(factor), published)).rows.map((row) => row[5]);
  assert.deepEqual(p(1), ['1.000', '1.000']);
  assert.deepEqual(p(1.3), ['0.000', '1.000']);
});
