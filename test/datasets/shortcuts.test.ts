import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { Random } from '../../src/common/random';
import { imageTraits, jpegDivisor, type ImageTraits } from '../../src/datasets/image-traits';
import { runWarnings, separations, shortcutLines, type Separation } from '../../src/datasets/shortcuts';
import { decodeImage } from '../../src/image/node/decode';
import { encodePng } from '../../src/image/node/encode';
import type { Raster } from '../../src/image/image';

/** Noise on a slope, other for each number; abnormal images have a bright square. */
function picture(number: number, abnormal = false, size = 48): Raster<Uint8Array> {
  const random = Random.of(7, 'shortcuts', number);
  const data = Uint8Array.from({ length: size * size }, (_, i) => 90 + 60 * ((i % size) / size) + random.integer(0, 20));
  if (abnormal) for (let y = 10; y < 20; y++) data.fill(230, y * size + 10, y * size + 20);
  return { width: size, height: size, channels: 1, data };
}

const deep = (image: Raster<Uint8Array>, factor: number): Raster => ({
  ...image,
  data: Uint16Array.from(image.data, (v, i) => v * factor + (i % 3)),
});
const png = (image: Raster): Promise<Buffer> => encodePng(image);
const jpeg =
  (quality: number) =>
  async (image: Raster): Promise<Buffer> =>
    sharp(await png(image))
      .jpeg({ quality })
      .toBuffer();
const tiff = async (image: Raster): Promise<Buffer> =>
  sharp(await png(image))
    .tiff()
    .toBuffer();

async function traitsOf(bytes: Buffer): Promise<ImageTraits> {
  return imageTraits(bytes, await decodeImage(bytes, 'x'));
}

/** What tells `counts` normal images from as many abnormal ones that are saved in other ways. */
async function compare(
  normal: (image: Raster<Uint8Array>) => Promise<Buffer>,
  abnormal: typeof normal,
  counts = [6, 3],
): Promise<Separation[]> {
  const groups: ImageTraits[][] = [[], []];
  for (const label of [0, 1]) {
    for (let i = 0; i < counts[label]; i++)
      groups[label].push(await traitsOf(await [normal, abnormal][label](picture(i + 100 * label, label === 1))));
  }
  return separations(groups[0], groups[1]);
}

const alone = (found: Separation[]): string[] => found.filter(({ verdict }) => verdict === 'alone').map(({ trait }) => trait);

test('the traits of a file', async () => {
  const grey = picture(1);
  const a = await traitsOf(await png(grey));
  assert.deepEqual(
    [a.format, a.bits, a.bitsUsed, a.colour, a.width, a.aspect, a.metadata, a.orientation],
    ['png', 8, 8, 'grey', 48, 1, 'none', '1'],
  );
  assert.deepEqual([a.darkest, a.brightest], [Math.min(...grey.data) / 255, Math.max(...grey.data) / 255]);
  assert.deepEqual([a.shareBlack, a.shareWhite, a.jpegDivisor], [0, 0, undefined]);
  const used = async (data: Uint16Array): Promise<number[]> => {
    const traits = await traitsOf(await png({ width: 2, height: 2, channels: 1, data }));
    return [traits.bits, traits.bitsUsed];
  };
  assert.deepEqual(await used(Uint16Array.of(0, 1, 4095, 2)), [16, 12]);
  assert.deepEqual(await used(Uint16Array.of(0, 16, 65520, 32)), [16, 12]);
  assert.deepEqual(await used(Uint16Array.of(0, 257, 65535, 514)), [16, 8]);
  assert.deepEqual(await used(Uint16Array.of(0, 1, 65535, 2)), [16, 16]);
  const b = await traitsOf(
    await sharp(await png(grey))
      .toColourspace('srgb')
      .jpeg({ quality: 60 })
      .withExif({ IFD0: { Artist: 'a' } })
      .toBuffer(),
  );
  assert.deepEqual(
    [b.format, b.colour, b.metadata.includes('EXIF'), b.jpegKind],
    ['jpeg', 'grey stored as colour', true, '4:2:0 baseline'],
  );
  // the standard table sums to 3676 at quality 50; at 60 its entries are scaled by .8
  assert.ok(Math.abs((b.jpegDivisor ?? 0) - (0.8 * 3676) / 64) < 0.6, String(b.jpegDivisor));
  assert.equal(jpegDivisor(Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, 1, 2])), undefined);
  const was = await traitsOf(await png(await decodedOf(await jpeg(40)(grey))));
  assert.ok(was.blockiness > 1.2 && Math.abs(a.blockiness - 1) < 0.1, `${was.blockiness} ${a.blockiness}`);
  const blurred = await traitsOf(
    await sharp(await png(grey))
      .blur(1.5)
      .png()
      .toBuffer(),
  );
  assert.ok(blurred.sharpness < 0.8 * a.sharpness);
});

async function decodedOf(bytes: Buffer): Promise<Raster> {
  return (await decodeImage(bytes, 'x')).raster;
}

test('saving the classes differently is a shortcut, also with few images', async () => {
  const large = async (image: Raster): Promise<Buffer> =>
    sharp(await png(image))
      .resize(60, 48)
      .png()
      .toBuffer();
  const turned = async (image: Raster): Promise<Buffer> =>
    sharp(await jpeg(90)(image))
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 90 })
      .toBuffer();
  const rgb = async (image: Raster): Promise<Buffer> =>
    sharp(await png(image))
      .toColourspace('srgb')
      .png()
      .toBuffer();
  const cases: [string, Parameters<typeof compare>[0], Parameters<typeof compare>[0]][] = [
    ['format', png, jpeg(90)],
    ['format', png, tiff],
    ['bits', png, (image) => png(deep(image, 250))],
    ['bitsUsed', (image) => png(deep(image, 250)), (image) => png(deep(image, 16))],
    ['width', png, large],
    ['aspect', png, large],
    ['orientation', jpeg(90), turned],
    ['metadata', jpeg(90), turned],
    ['jpegDivisor', jpeg(90), jpeg(70)],
    ['colour', png, rgb],
  ];
  for (const [trait, normal, abnormal] of cases) {
    for (const found of [await compare(normal, abnormal), await compare(abnormal, normal)]) {
      assert.ok(alone(found).includes(trait), `${trait}: ${JSON.stringify(found)}`);
      const [line, ...more] = shortcutLines(found);
      assert.match(line, /^shortcut: the .* alone tells normal from abnormal images \(AUROC 1\.00: .* against .*\).*; /);
      assert.deepEqual(more, []);
    }
  }
  const [line] = shortcutLines(
    await compare(
      (image) => png(deep(image, 250)),
      (image) => png(deep(image, 16)),
    ),
  );
  assert.match(
    line,
    /^shortcut: the number of bits used alone .* \(AUROC 1\.00: all 16 bits against all 12 bits\).*export all images with the same depth/,
  );
});

test('with enough images, those that were once JPEG are distinguished from those that never were', async () => {
  const once = async (image: Raster): Promise<Buffer> => png(await decodedOf(await jpeg(50)(image)));
  assert.ok(alone(await compare(png, once, [12, 12])).includes('blockiness'));
});

test('images that are saved alike give no warning: few with a bright finding, varying sizes, one different file', async () => {
  assert.deepEqual(alone(await compare(png, png)), []);
  assert.deepEqual(shortcutLines(await compare(png, png)), []);
  assert.deepEqual(shortcutLines(await compare(jpeg(85), jpeg(85), [9, 4])), []);
  const random = Random.of(1, 'sizes');
  const sized = async (image: Raster): Promise<Buffer> =>
    sharp(await png(image))
      .resize(40 + random.integer(0, 60))
      .png()
      .toBuffer();
  assert.deepEqual(alone(await compare(sized, sized, [20, 20])), ['brightest']); // that is the finding
  let count = 0;
  const one = (image: Raster): Promise<Buffer> => (count++ === 0 ? tiff(image) : png(image));
  assert.deepEqual(alone(await compare(one, png, [9, 6])), []);
});

test('a bright finding in many images is reported as possibly due to content', async () => {
  const [line] = shortcutLines(await compare(png, png, [20, 20]));
  assert.match(
    line,
    /^perhaps a shortcut: the .* alone .* the brightest grey \(1\.00\).*; unless that is what the findings look like, export/,
  );
});

test('partial shortcuts are reported in one line; a single image of a class is not enough', async () => {
  const traits = await traitsOf(await png(picture(1)));
  const group = (values: string[]): ImageTraits[] => values.map((metadata) => ({ ...traits, metadata }));
  const some = (share: number): string[] => Array.from({ length: 50 }, (_, i) => (i < 50 * share ? 'EXIF' : 'none'));
  const found = separations(group(some(0.1)), group(some(0.7)));
  assert.deepEqual([found.length, found[0].trait, found[0].auroc.toFixed(3), found[0].verdict], [1, 'metadata', '0.800', 'partly']);
  assert.deepEqual(shortcutLines(found), [
    'the metadata (0.80) tells normal from abnormal images in part (AUROC): results should be well above that',
  ]);
  assert.deepEqual(shortcutLines(separations(group(['EXIF']), group(some(0)))), []);
  assert.deepEqual(separations([], group(some(0))), []);
});

test('before a run, training images are also compared with the normal test images', async () => {
  const traits = await traitsOf(await png(picture(1)));
  const of = (n: number, bitsUsed: number): ImageTraits[] => Array.from({ length: n }, () => ({ ...traits, bitsUsed }));
  const labels = [0, 0, 0, 1, 1, 1] as const;
  assert.deepEqual(runWarnings(of(4, 8), of(6, 8), labels), []);
  const [line, ...more] = runWarnings(of(4, 16), of(6, 12), labels);
  assert.match(
    line,
    /^shortcut: the number of bits used alone tells the training from the normal test images .*so normal images may be called abnormal too; export/,
  );
  assert.deepEqual(more, []);
  assert.match(runWarnings(of(4, 16), of(3, 12), [1, 1, 1]).join(), /^shortcut: the number of bits used alone tells normal from abnormal/);
  const few = [...of(2, 16), ...of(3, 12)];
  assert.match(runWarnings(of(4, 16), few, [0, 0, 1, 1, 1]).join(), /^shortcut: the number of bits used alone tells normal from abnormal/);
  assert.deepEqual(runWarnings([], of(6, 8), labels), []);
});

for (const [name, normal, abnormal] of [
  ['brainmri', 'no', 'yes'],
  ['chest-xray', 'NORMAL', 'PNEUMONIA'],
]) {
  const base = `../shared/data/${name}`;
  test(
    `no trait alone tells the classes of the real ${name} images apart`,
    { skip: fs.existsSync(base) ? false : `${base} is not here` },
    async () => {
      const groups = await Promise.all(
        [normal, abnormal].map(async (folder) => {
          const all: ImageTraits[] = [];
          for (const file of fs.readdirSync(path.join(base, folder))) {
            const bytes = fs.readFileSync(path.join(base, folder, file));
            all.push(await traitsOf(bytes));
          }
          return all;
        }),
      );
      assert.deepEqual(alone(separations(groups[0], groups[1])), []);
    },
  );
}

test('prepare and train report shortcuts on stderr and in their JSON', async () => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'shortcuts-'));
  try {
    for (const folder of ['normal', 'abnormal']) {
      fs.mkdirSync(path.join(base, 'raw', folder), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const abnormal = folder === 'abnormal';
        fs.writeFileSync(path.join(base, 'raw', folder, `${i}`), await (abnormal ? tiff : png)(picture(i + (abnormal ? 50 : 0), abnormal)));
      }
    }
    const set = path.join(base, 'set');
    for (const args of [
      ['datasets', 'prepare', 'folder', '--from', path.join(base, 'raw'), '--out', set, '--train', '3', '--json'],
      ['train', '--dataset', set, '--method', 'mean-intensity', '--shots', '3', '--out', path.join(base, 'run'), '--json'],
    ]) {
      const { stdout, stderr, status } = spawnSync(process.execPath, ['bin/mediclip.cjs', ...args], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^shortcut: the file type alone tells normal from abnormal images \(AUROC 1\.00: all png against all tiff\)/m);
      const { warnings } = JSON.parse(stdout);
      assert.deepEqual(
        stderr.split('\n').filter((line) => line.startsWith('shortcut')),
        warnings,
      );
    }
    const { shortcuts } = JSON.parse(fs.readFileSync(path.join(set, 'prepared.json'), 'utf8'));
    const { trait, auroc, verdict } = shortcuts.find((one: Separation) => one.trait === 'format');
    assert.deepEqual([trait, auroc, verdict], ['format', 1, 'alone']);
  } finally {
    fs.rmSync(base, { recursive: true });
  }
});
