import { NotRead } from '../limits';

/**
 * The largest number of scans of a JPEG. Progressive files have about ten; every further scan costs
 * a pass over all pixels, and can be a few bytes long.
 */
const MAX_SCANS = 100;
/**
 * The largest product of scans and pixels: a file with fifty scans may have 100 megapixels, one
 * with a hundred 50.
 */
const MAX_SCANNED_PIXELS = 5e9;

const START_OF_SCAN = Buffer.of(0xff, 0xda);
const END_OF_IMAGE = 0xd9;

/** @throws NotRead if a JPEG has more scans than any camera or program writes */
export function checkScans(bytes: Buffer, pixels: number): void {
  const most = Math.min(MAX_SCANS, Math.floor(MAX_SCANNED_PIXELS / pixels));
  // The search is fast but has false matches, so the markers are walked only if it finds many.
  let found = 0;
  for (let at = bytes.indexOf(START_OF_SCAN); at >= 0 && found <= most; at = bytes.indexOf(START_OF_SCAN, at + 2)) found++;
  if (found <= most) return;
  const scans = countScans(bytes, most + 1);
  if (scans > most) {
    throw new NotRead(`a JPEG with more than ${most} scans, which takes too long to decode; save it again, as a baseline JPEG or PNG`);
  }
}

/** Counts the scans of a JPEG, up to `enough`. */
function countScans(bytes: Buffer, enough: number): number {
  let scans = 0;
  for (let at = 2; at + 4 <= bytes.length && scans < enough;) {
    if (bytes[at] !== 0xff) {
      at = nextMarker(bytes, at);
      continue;
    }
    const marker = bytes[at + 1];
    if (marker === END_OF_IMAGE) break;
    if (marker === 0xff)
      at++; // a fill byte
    else if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8))
      at += 2; // no segment follows
    else {
      if (marker === START_OF_SCAN[1]) scans++;
      at += 2 + bytes.readUInt16BE(at + 2);
      if (marker === START_OF_SCAN[1]) at = nextMarker(bytes, at);
    }
  }
  return scans;
}

/**
 * The position of the next marker: 0xff, not followed by 0 or a restart number, which occur within
 * the data of a scan.
 */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
