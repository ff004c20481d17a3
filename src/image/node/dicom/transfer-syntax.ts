import { NotRead } from '../../limits';

/** How pixel data is compressed. */
export type Codec = 'rle' | 'jpeg' | 'jpegls' | 'jpeg2000' | 'htj2k';

/** How a file is encoded. */
export interface TransferSyntax {
  bigEndian?: boolean;
  deflated?: boolean;
  codec?: Codec;
}

const ROOT = '1.2.840.10008.1.2';

/** The transfer syntaxes that are read, by what follows {@link ROOT}. */
const SYNTAXES: Record<string, TransferSyntax | undefined> = {
  '': {},
  '.1': {},
  '.1.99': { deflated: true },
  '.2': { bigEndian: true },
  '.5': { codec: 'rle' },
  '.4.50': { codec: 'jpeg' },
  '.4.51': { codec: 'jpeg' },
  '.4.57': { codec: 'jpeg' },
  '.4.70': { codec: 'jpeg' },
  '.4.80': { codec: 'jpegls' },
  '.4.81': { codec: 'jpegls' },
  '.4.90': { codec: 'jpeg2000' },
  '.4.91': { codec: 'jpeg2000' },
  '.4.201': { codec: 'htj2k' },
  '.4.202': { codec: 'htj2k' },
  '.4.203': { codec: 'htj2k' },
};

/** @throws NotRead for those that are not read */
export function transferSyntax(uid: string): TransferSyntax {
  const tail = uid.startsWith(ROOT) ? uid.slice(ROOT.length) : undefined;
  const found = tail === undefined ? undefined : SYNTAXES[tail];
  if (found) return found;
  if (/^\.4\.10\d(\.1)?$/.test(tail ?? '')) throw new NotRead('a DICOM file that holds a video (MPEG); export its frames as images');
  if (/^\.4\.9[45]$/.test(tail ?? '')) throw new NotRead('a DICOM file whose pixels lie on a server (JPIP); export it with its pixels');
  const shown = /^1\.2\.840\.10008\.[\d.]{1,40}$/.test(uid) ? `the transfer syntax ${uid}` : 'a private transfer syntax';
  throw new NotRead(`a DICOM file with ${shown}, which is not read; export it uncompressed (explicit VR little endian)`);
}
