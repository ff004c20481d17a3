import assert from 'node:assert/strict';
import test from 'node:test';
import { UserError } from '../../src/common/errors';
import { PUBLISHED_PARAMETERS, synthesisParameters } from '../../src/synthesis/parameters';
import { taskByName } from '../../src/synthesis/registry';

test('the defaults are the published values', () => {
  assert.deepEqual(PUBLISHED_PARAMETERS, {
    secondShapeProbability: 0.5,
    perlinShape: { threshold: 0.3, minimumFill: 0.2, rotation: 90 },
    simpleShape: { ellipseProbability: 0.5, sideOffset: 0.03, sideShape: 2, sideScale: 0.1, shearSd: 0.2, rotation: 90 },
    cutpaste: { minimum: 0.1, maximum: 0.6, rotation: 45, scaleMean: 0.1, maximumSource: 0.8, labelSd: 0.2 },
    smoothIntensity: {
      minimum: 0.3,
      maximum: 0.8,
      offset: 15,
      shape: 3,
      scale: 30,
      borderOffset: 0.02,
      borderShape: 3,
      borderScale: 0.01,
    },
    gaussIntensityChange: { minimum: 0.3, maximum: 0.8, change: [0.4, 0.6], textureSigmas: [4, 7], blurSigma: [1, 4] },
    source: { minimum: 0.2, maximum: 0.6, exponentLog2: [0.5, 2] },
    sink: { minimum: 0.2, maximum: 0.6, exponentLog2: [0.5, 2] },
    identity: { minimum: 0.3, maximum: 0.8 },
  });
});

test('some parameters may be given, and the others keep their defaults', () => {
  const p = synthesisParameters({ cutpaste: { rotation: 10 } });
  assert.equal(p.cutpaste.rotation, 10);
  assert.equal(p.cutpaste.maximum, 0.6);
  assert.deepEqual(p.sink, PUBLISHED_PARAMETERS.sink);
});

test('invalid parameters are refused in one line that names the key', () => {
  const refused = (value: unknown, key: RegExp): void => {
    assert.throws(
      () => synthesisParameters(value, 'config.yaml: synthesis'),
      (error: Error) => error instanceof UserError && key.test(error.message) && !error.message.includes('\n'),
    );
  };
  refused({ cutpaste: { rotations: 10 } }, /synthesis\.cutpaste: .*rotations/);
  refused({ extra: 1 }, /extra/);
  refused({ cutpaste: { rotation: '10' } }, /cutpaste\.rotation/);
  refused({ cutpaste: { rotation: NaN } }, /cutpaste\.rotation/);
  refused({ cutpaste: { scaleMean: Infinity } }, /cutpaste\.scaleMean/);
  refused({ source: { minimum: 0.7 } }, /source\.minimum/);
  refused({ source: { minimum: 0 } }, /source\.minimum/);
  refused({ identity: { maximum: 1.5 } }, /identity\.maximum/);
  refused({ gaussIntensityChange: { change: [0.6, 0.4] } }, /change/);
  refused({ gaussIntensityChange: { textureSigmas: [] } }, /textureSigmas/);
  refused({ gaussIntensityChange: { textureSigmas: [1e9] } }, /textureSigmas/);
  refused({ secondShapeProbability: 2 }, /secondShapeProbability/);
  refused([], /synthesis/);
  refused('published', /synthesis/);
  refused(null, /synthesis/);
});

test('short and published names of the tasks', () => {
  assert.equal(taskByName('gauss-intensity'), 'GaussIntensityChangeTask');
  assert.equal(taskByName('SinkTask'), 'SinkTask');
  for (const name of ['', 'Cutpaste', 'constructor', '__proto__']) {
    assert.throws(
      () => taskByName(name),
      (error: Error) => error instanceof UserError && error.exitCode === 2 && /identity/.test(error.message),
    );
  }
});
