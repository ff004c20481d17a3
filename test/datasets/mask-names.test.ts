import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MaskFinder } from '../../src/datasets/mask-names';

/** The masks of each image. */
function found(images: string[], masks: string[]): Record<string, string[]> {
  const finder = new MaskFinder(images, masks);
  return Object.fromEntries(images.map((image) => [image, finder.masksOf(image)]));
}

test('_mask and a number are left out of the name of a mask', () => {
  assert.deepEqual(found(['a.png', 'b.nii.gz'], ['a_mask.png', 'a_Mask_2.bmp', 'a.png', 'b_mask.nii.gz', 'c.png']), {
    'a.png': ['a_mask.png', 'a_Mask_2.bmp', 'a.png'],
    'b.nii.gz': ['b_mask.nii.gz'],
  });
});

test('a mask with the whole name of an image belongs to that image alone', () => {
  assert.deepEqual(found(['scan.png', 'scan_mask_1.png'], ['scan.png', 'scan_mask_1.png']), {
    'scan.png': ['scan.png'],
    'scan_mask_1.png': ['scan_mask_1.png'],
  });
  assert.deepEqual(found(['scan.png', 'scan_mask.png'], ['scan_mask.bmp', 'scan_mask_2.png', 'scan_mask_mask.png']), {
    'scan.png': ['scan_mask_2.png'],
    'scan_mask.png': ['scan_mask.bmp', 'scan_mask_mask.png'],
  });
});

test('so does a mask in another folder, form or case', () => {
  assert.deepEqual(found(['p/scan.png', 'q/scan_mask.png'], ['p/scan_mask.png']), {
    'p/scan.png': [],
    'q/scan_mask.png': ['p/scan_mask.png'],
  });
  assert.deepEqual(
    found(
      ['lésion.png', 'lésion_mask.png'].map((name) => name.normalize('NFC')),
      ['LÉSION_MASK.png'.normalize('NFD')],
    ),
    {
      ['lésion.png'.normalize('NFC')]: [],
      ['lésion_mask.png'.normalize('NFC')]: ['LÉSION_MASK.png'.normalize('NFD')],
    },
  );
  assert.deepEqual(found(['Scan.png', 'scan_mask.png'], ['Scan_mask.png']), { 'Scan.png': ['Scan_mask.png'], 'scan_mask.png': [] });
});
