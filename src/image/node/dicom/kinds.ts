import { NotRead } from '../../limits';
import type { DicomFile } from './parse';
import { Tag } from './tags';

/** What a file without pixels holds, by the start of its SOP class. */
const KINDS: readonly (readonly [start: string, words: string])[] = [
  ['1.2.840.10008.1.3.10', 'a directory of files (DICOMDIR); give the files it lists'],
  ['1.2.840.10008.5.1.4.1.1.104.1', 'an encapsulated PDF'],
  ['1.2.840.10008.5.1.4.1.1.104', 'an encapsulated document'],
  ['1.2.840.10008.5.1.4.1.1.88', 'a structured report'],
  ['1.2.840.10008.5.1.4.1.1.11', 'a presentation state'],
  ['1.2.840.10008.5.1.4.1.1.481', 'radiotherapy data'],
  ['1.2.840.10008.5.1.4.1.1.9', 'a waveform'],
  ['1.2.840.10008.5.1.4.1.1.66', 'raw data, a registration or a surface'],
];

/** @throws NotRead if a file has no pixels, or numbers of another kind in their place */
export function checkPixels({ data, sopClass: uid = '' }: DicomFile): void {
  if (data.has(Tag.FloatPixelData) || data.has(Tag.DoubleFloatPixelData))
    throw new NotRead('a DICOM file with floating-point pixels, which is not read; export it as an image of 8 or 16 bits');
  if (data.elements.has(Tag.PixelData)) return;
  const kind = KINDS.find(([start]) => uid === start || uid.startsWith(`${start}.`))?.[1];
  throw new NotRead(`a DICOM file without pixels${kind ? `: ${kind}` : ''}`);
}
