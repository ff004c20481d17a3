import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Tag } from '../../src/image/node/dicom/tags';
import { openImageBytes } from '../../src/image/node/image-file';
import { element, file, grey, item, type Entry } from '../image/node/dicom/dicom-file';
import { run } from './inspected';

const SIDE = 48;
const NAME = 'DOE^JANE';
const ID = 'MRN-4711-0815';
const ROOT = '1.2.826.0.1.3680043.8.498';

/** All that tells whose image it is, and when and where it was made. */
const PRIVATE: readonly Entry[] = [
  [Tag.SOPInstanceUID, 'UI', `${ROOT}.1`],
  [0x00080020, 'DA', '19870605'],
  [0x00080030, 'TM', '112233.445566'],
  [0x00080050, 'SH', 'ACC-99887'],
  [0x00080080, 'LO', 'ST ELSEWHERE'],
  [0x00080090, 'PN', 'HOUSE^GREGORY'],
  [0x00081140, 'SQ', Buffer.concat([item(Tag.Item, 0xffffffff), element(0x00081155, 'UI', `${ROOT}.2`), item(Tag.ItemEnd, 0)])],
  [0x00100010, 'PN', NAME],
  [Tag.PatientID, 'LO', ID],
  [Tag.IssuerOfPatientID, 'LO', 'ELSEWHERE-REGISTRY'],
  [0x00100030, 'DA', '19601122'],
  [Tag.StudyInstanceUID, 'UI', `${ROOT}.3`],
  [Tag.SeriesInstanceUID, 'UI', `${ROOT}.4`],
  [0x00204000, 'LT', `comment on ${NAME}`],
  [0x00281055, 'LO', `window of ${NAME}`],
  [0x00291010, 'LO', `private ${ID}`],
];
const SECRETS = [NAME, ID, ROOT, ...['19870605', '112233', 'ACC-99887', 'ELSEWHERE', 'HOUSE', '19601122', 'JANE']];

/** A file with all of it, whose picture differs with its number. */
function scan(number: number, changes: Parameters<typeof grey>[2] = {}): Buffer {
  const values = Array.from({ length: SIDE * SIDE }, (_, i) => 900 + ((i * (number + 3)) % 300) + (number > 90 && i % SIDE < 9 ? 900 : 0));
  return file([
    ...PRIVATE.filter(([tag]) => !(tag in changes)),
    ...grey(SIDE, values, { [Tag.WindowCenter]: '40', [Tag.WindowWidth]: '400', ...changes }),
  ]);
}

function check(where: string, content: Buffer | string): void {
  const text = Buffer.isBuffer(content) ? content.toString('latin1') : content;
  for (const secret of SECRETS) {
    for (const form of [secret, ...(secret.length < 8 ? [] : [Buffer.from(secret).toString('base64').slice(0, -4)])])
      assert.ok(!text.includes(form), `${where} holds ${JSON.stringify(secret)}`);
  }
}

function checkFolder(dir: string): number {
  const files = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of files) check(path.join(entry.path, entry.name), fs.readFileSync(path.join(entry.path, entry.name)));
  return files.length;
}

test('no name, id, date or UID of a DICOM file gets into what is written or printed', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'privacy-'));
  const at = (name: string): string => path.join(dir, name);
  const put = (name: string, bytes: Buffer): void => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), bytes);
  };
  for (let i = 0; i < 6; i++) put(`scans/normal/${i}.dcm`, scan(i, { [Tag.PatientID]: `${ID}-${i % 3}` }));
  for (let i = 0; i < 2; i++) put(`scans/abnormal/${i}.dcm`, scan(91 + i));
  const works = (...words: string[]): void => {
    const { status, stdout, stderr } = run(...words);
    assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
    check(`stdout of ${words[0]}`, stdout);
    check(`stderr of ${words[0]}`, stderr);
  };
  works('inspect', at('scans/normal/0.dcm'), '--json', '--out', at('frames'));
  works('datasets', 'prepare', 'folder', '--from', at('scans'), '--out', at('set'), '--window', '1', '--json');
  works('train', '--dataset', at('set'), '--method', 'mean-intensity', '--shots', '2', '--out', at('run'), '--json');
  works('predict', '--run', at('run'), at('scans/abnormal/0.dcm'), at('scans/normal/1.dcm'), '--out', at('predicted'), '--json');
  works('report', '--run', at('run'), '--out', at('run.html'));
  for (const folder of ['frames', 'set', 'run', 'predicted']) assert.ok(checkFolder(at(folder)) > 0, folder);
  assert.equal(new Set(fs.readFileSync(at('set/samples/test.json'), 'latin1').match(/"p-[0-9a-f]{12}"/g)).size > 0, true);
  check('the report', fs.readFileSync(at('run.html')));
});

test('an error about a DICOM file tells nothing of its texts, even where a name stands for something else', async () => {
  const wrong: Record<number, string>[] = [
    { [Tag.PhotometricInterpretation]: NAME },
    { [Tag.Modality]: NAME },
    { [Tag.RescaleType]: NAME },
    { [Tag.RescaleSlope]: NAME },
    { [Tag.WindowCenter]: ID },
    { [Tag.VOILUTFunction]: NAME },
    { [Tag.NumberOfFrames]: ID },
  ];
  const files = [
    ...wrong.map((changes) => scan(1, changes)),
    file([...PRIVATE, ...grey(2, [1, 2, 3, 4])], NAME),
    file([...PRIVATE, ...grey(2, [1, 2, 3, 4])], `${ROOT}.77`),
    scan(1).subarray(0, 260),
    scan(1).subarray(0, 3000),
  ];
  for (const [i, bytes] of files.entries()) {
    await assert.rejects(
      async () => (await openImageBytes(bytes, `${i}.dcm`, { window: [1, 2].includes(i) ? 'brain' : '1' })).frame(0),
      ({ message }: Error) => {
        check(`${i}: ${message}`, message);
        return /^[^\n]+$/.test(message);
      },
    );
  }
});
