import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { decodeImage } from '../../../src/image/node/decode';
import { toGray, toRgb } from '../../../src/image/grey';

const GOLDEN = 'test/golden/decode';

interface Expected {
  by?: 'libtiff' | 'formula' | 'rule';
  width: number;
  height: number;
  rgb?: string;
  refused?: string;
  mask?: string;
}

const cases = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'expected.json'), 'utf8')) as Record<string, Expected>;

for (const [name, expected] of Object.entries(cases)) {
  test(`TIFF ${name}: ${expected.refused === undefined ? `as ${expected.by}` : 'refused by name'}`, async () => {
    const bytes = fs.readFileSync(path.join(GOLDEN, `${name}.tif`));
    if (expected.mask !== undefined) {
      const { raster } = await decodeImage(bytes, name, 'mask');
      assert.equal([...toGray(raster).data].map((v) => (v === 0 ? '0' : '1')).join(''), expected.mask);
    }
    if (expected.refused !== undefined) {
      await assert.rejects(decodeImage(bytes, name), (error: Error) => {
        assert.ok(error instanceof UserError && error.message.startsWith(`${name}: `), String(error));
        assert.ok(error.message.includes(expected.refused as string), error.message);
        assert.ok(!error.message.includes('\n') && !error.message.includes('damaged'), error.message);
        return true;
      });
      return;
    }
    const image = await decodeImage(bytes, name);
    const { width, height, data } = toRgb(image.raster);
    assert.deepEqual([width, height], [expected.width, expected.height]);
    const right = Buffer.from(expected.rgb ?? '', 'base64');
    assert.equal(data.length, right.length);
    const most = expected.by === 'rule' ? 0 : 2;
    const off = data.findIndex((v, i) => Math.abs(v - right[i]) > most);
    assert.ok(
      off < 0,
      `value ${off}: ${data[off]}, expected ${right[off]} (${data.subarray(0, 12).join(' ')} / ${right.subarray(0, 12).join(' ')})`,
    );
  });
}
