import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../src/common/random';
import { parameterExplorer, sweepRows } from '../../src/notebook/parameter-explorer';
import { PARAMETER_SWEEPS, runSweep, type ParameterSweep } from '../../src/notebook/parameter-sweeps';
import { clearestExample, synthesizeExample, examplePanels, ONE_SHAPE, totalChange } from '../../src/notebook/synthesis-examples';
import { PUBLISHED_PARAMETERS } from '../../src/synthesis/parameters';

const random = Random.of(4, 'sweep-image');
const image = { width: 64, height: 64, channels: 1 as const, data: Uint8Array.from({ length: 4096 }, () => random.integer(60, 190)) };
const find = (task: string, parameter: string): ParameterSweep => {
  const sweep = PARAMETER_SWEEPS.find((s) => s.task === task && s.parameter.startsWith(parameter));
  assert.ok(sweep);
  return sweep;
};
const swept = (sweep: ParameterSweep) => runSweep(sweep, image, [image], 1, 4).draws;
const area = (data: Float32Array): number => data.reduce((sum, v) => sum + (v > 0 ? 1 : 0), 0);

test('what is called published is published, or lies in the middle of its range', () => {
  const p = PUBLISHED_PARAMETERS;
  const value = (task: string, parameter: string): number => {
    const sweep = find(task, parameter);
    return sweep.values[sweep.published];
  };
  const gauss = p.gaussIntensityChange;
  assert.equal(value('GaussIntensityChangeTask', 'threshold'), p.perlinShape.threshold);
  assert.equal(value('GaussIntensityChangeTask', 'strength'), (gauss.change[0] + gauss.change[1]) / 2);
  assert.ok(gauss.textureSigmas.includes(value('GaussIntensityChangeTask', 'grain')));
  const smooth = p.smoothIntensity;
  assert.equal(value('SmoothIntensityTask', 'size'), smooth.offset + smooth.shape * smooth.scale);
  assert.ok(Math.abs(value('SmoothIntensityTask', 'width') - smooth.borderOffset - smooth.borderShape * smooth.borderScale) < 1e-12);
  for (const [task, limits] of [
    ['SourceTask', p.source],
    ['SinkTask', p.sink],
  ] as const) {
    const [lo, hi] = limits.exponentLog2;
    assert.ok(Math.log2(value(task, 'exponent')) >= lo && Math.log2(value(task, 'exponent')) <= hi);
  }
  assert.equal(value('CutpasteTask', 'largest'), p.cutpaste.maximum);
});

test('a sweep moves its parameter and nothing else', () => {
  const areas = swept(find('GaussIntensityChangeTask', 'threshold')).map(({ mask }) => area(mask.data));
  areas.forEach((a, i) => assert.ok(i === 0 || a < areas[i - 1], `areas ${areas.join(', ')}`));
  const strengths = swept(find('GaussIntensityChangeTask', 'strength'));
  for (const { mask } of strengths) assert.deepEqual(mask, strengths[0].mask);
  const changes = strengths.map((draw) => totalChange(image, draw));
  changes.forEach((c, i) => assert.ok(i === 0 || c > changes[i - 1], `changes ${changes.join(', ')}`));
  for (const task of ['SourceTask', 'SinkTask']) {
    const [unmoved, ...moved] = swept(find(task, 'exponent'));
    assert.equal(totalChange(image, unmoved), 0, 'f = 1 moves nothing');
    for (const draw of moved) assert.ok(totalChange(image, draw) > 0);
  }
});

test('the explorer and the strip show every value', async () => {
  const sweeps = PARAMETER_SWEEPS.slice(0, 2).map((sweep) => runSweep(sweep, image, [image], 1, 2));
  const { plotly } = await parameterExplorer(image, sweeps);
  const { sliders } = plotly.layout as {
    sliders: { active: number; steps: { label: string; args: [unknown, Record<string, string>] }[] }[];
  };
  assert.deepEqual(
    sliders.map(({ steps }) => steps.length),
    sweeps.map(({ draws }) => draws.length),
  );
  assert.equal(sliders[0].steps[sliders[0].active].label, '0.3');
  const inside = (100 * area(sweeps[0].draws[3].mask.data)) / 4096;
  assert.ok(sliders[0].steps[3].args[1]['annotations[4].text'].startsWith(`mask ${inside.toFixed(1)} % of the image`));
  const captions = sweepRows(sweeps)[0].panels.map(({ caption }) => caption);
  assert.deepEqual(captions.slice(2, 5), ['threshold 0.2', 'threshold 0.3 *', 'threshold 0.4']);
});

test('examples follow the seed; the clear one changes most; Identity has no outline', () => {
  const source = { support: [image], seed: 3, parameters: ONE_SHAPE };
  assert.deepEqual(synthesizeExample('SourceTask', 2, source), synthesizeExample('SourceTask', 2, source));
  assert.notDeepEqual(synthesizeExample('SourceTask', 2, source).draw, synthesizeExample('SourceTask', 2, { ...source, seed: 4 }).draw);
  const change = (k: number): number => totalChange(image, synthesizeExample('CutpasteTask', k, source).draw);
  const clear = clearestExample('CutpasteTask', source, 5);
  assert.equal(totalChange(image, clear.draw), Math.max(...[0, 1, 2, 3, 4].map(change)));
  assert.equal(clear.draw.anomalies, 1);
  assert.equal(examplePanels('IdentityTask', 2, source)[1].contour, undefined);
  assert.equal(examplePanels('SinkTask', 2, source)[1].contour?.length, 4096);
});
