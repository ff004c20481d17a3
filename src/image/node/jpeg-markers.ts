import { NotRead } from '../limits';

/**
 * Scans of a JPEG that are read. Progressive files have about ten; every further one costs a pass over
 * all pixels, and can be a few bytes long.
 */
const MAX_SCANS = 100;
/** Scans times pixels that are read: a file of fifty scans may have 100 megapixels, one of a hundred 50. */
const MAX_SCANNED_PIXELS = 5e9;

const START_OF_SCAN = Buffer.of(0xff, 0xda);
const END_OF_IMAGE = 0xd9;

/** @throws NotRead where a JPEG has more scans than any camera or program writes */
export function checkScans(bytes: Buffer, pixels: number): void {
  const most = Math.min(MAX_SCANS, Math.floor(MAX_SCANNED_PIXELS / pixels));
  // The search is quick but also finds what is no marker, so the markers are walked only where it finds many.
  let found = 0;
  for (let at = bytes.indexOf(START_OF_SCAN); at >= 0 && found <= most; at = bytes.indexOf(START_OF_SCAN, at + 2)) found++;
  if (found <= most) return;
  const scans = countScans(bytes, most + 1);
  if (scans > most) {
    throw new NotRead(`a JPEG of more than ${most} scans, which take too long to decode; save it again, as a baseline JPEG or PNG`);
  }
}

/** How many scans a JPEG has, counted up to `enough`. */
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

/** Where the next marker is: 0xff, not followed by 0 or the number of a restart, as within a scan's data. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
