import { NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** The meaning of the samples of a pixel. */
export interface TiffMeaning {
  space: 'grey' | 'rgb' | 'palette' | 'cmyk' | 'ycbcr';
  /** For grey or a palette: true if 0 is white. */
  inverted: boolean;
  /** Number of samples that are colours, from the first on. */
  colours: 1 | 3 | 4;
  /** The index of the opacity sample, if any. */
  opacity?: { sample: number; /** Colours are multiplied by it. */ associated: boolean };
}

const MEANINGS: Record<number, [space: TiffMeaning['space'], colours: 1 | 3 | 4] | undefined> = {
  0: ['grey', 1],
  1: ['grey', 1],
  2: ['rgb', 3],
  3: ['palette', 1],
  5: ['cmyk', 4],
  6: ['ycbcr', 3],
};

/** Kinds that are refused by name. */
const OTHERS: Record<number, string | undefined> = {
  4: 'a transparency mask',
  8: 'CIELab colours',
  9: 'ICCLab colours',
  10: 'ITULab colours',
  32803: 'the mosaic of a colour sensor (CFA)',
  32844: 'LogL light',
  32845: 'LogLuv light',
  32892: 'the sequence of a colour sensor',
  34892: 'linear values of a colour sensor',
  51177: 'depth',
  52527: 'a semantic mask',
};

/**
 * Reads the meaning of the samples from PhotometricInterpretation and ExtraSamples. Extra samples
 * without a specified meaning are ignored.
 * @throws NotRead for unsupported meanings
 */
export function tiffMeaning(directory: TiffDirectory, samples: number, bits: number): TiffMeaning {
  const number = directory.numbers(Tag.PhotometricInterpretation)?.[0];
  if (number === undefined)
    throw new NotRead('a TIFF that does not say what its samples mean (no PhotometricInterpretation); save it as grey or RGB');
  const [space, colours] = MEANINGS[number] ?? [];
  if (space === undefined || colours === undefined) {
    throw new NotRead(
      `a TIFF that holds ${OTHERS[number] ?? 'samples of unknown meaning'} (PhotometricInterpretation ${number}); save it as grey or RGB`,
    );
  }
  if (samples < colours) throw new Error(`${samples} samples per pixel for PhotometricInterpretation ${number}`);
  if (directory.number(Tag.Indexed, 0) !== 0 && space !== 'palette')
    throw new NotRead('a TIFF with colour indices (Indexed) but without a palette; save it as RGB');
  if (space === 'cmyk') checkInks(directory, bits);
  return { space, inverted: number === 0, colours, ...opacityOf(directory, samples, colours) };
}

function checkInks(directory: TiffDirectory, bits: number): void {
  const inks = directory.number(Tag.InkSet, 1);
  if (inks !== 1) throw new NotRead(`a TIFF with other inks than cyan, magenta, yellow and black (InkSet ${inks}); save it as RGB`);
  const range = directory.numbers(Tag.DotRange);
  if (range?.some((v, i) => v !== (i % 2 === 0 ? 0 : 2 ** bits - 1)))
    throw new NotRead(`a TIFF with inks from ${range.slice(0, 2).join(' to ')} (DotRange); save it as RGB`);
}

/** Opacity by ExtraSamples: 1 associated, 2 (and 999, written by some programs) unassociated. */
function opacityOf(directory: TiffDirectory, samples: number, colours: number): Pick<TiffMeaning, 'opacity'> {
  const stated = (directory.numbers(Tag.ExtraSamples) ?? []).slice(0, samples - colours);
  const odd = stated.find((v) => ![0, 1, 2, 999].includes(v));
  if (odd !== undefined) throw new NotRead(`a TIFF with an extra sample of unknown meaning (ExtraSamples ${odd}); save it as grey or RGB`);
  const at = stated.findIndex((v) => v !== 0);
  const unspecified = samples - colours - (at < 0 ? 0 : 1);
  if (colours === 1 && unspecified > 1) {
    throw new NotRead(`a TIFF with ${samples} grey samples per pixel, like a stack of channels or slices; save each as a separate file`);
  }
  return at < 0 ? {} : { opacity: { sample: colours + at, associated: stated[at] === 1 } };
}
