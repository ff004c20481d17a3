import { NotRead } from '../../limits';
import { rangeFunction, windowFunction, type WindowChoice, type WindowFunction } from '../../window';
import type { DataSet } from './data-set';
import type { FrameValues } from './frame-values';
import type { PixelLayout } from './layout';
import { tableOf, withinBits } from './lookup-table';
import type { StoredValues } from './stored-values';
import { nameOf, Tag } from './tags';

/** A window: its function, or undefined for the range of the frame, and how it is called. */
interface Window {
  words: string;
  of?: (x: number) => number;
}

/** Values of up to 16 bits are mapped by a table. */
const TABULATED = 16;

/** Turns the stored values of a grey frame into levels: DICOM PS3.3 C.11. */
export class GreyMapping {
  /** The least value that the stored bits can hold. */
  private readonly least: number;

  constructor(
    private readonly data: DataSet,
    private readonly layout: PixelLayout,
    private readonly values: FrameValues,
    private readonly choice: WindowChoice | undefined,
  ) {
    this.least = layout.signed ? -(2 ** (layout.bitsStored - 1)) : 0;
  }

  /**
   * The levels of a frame, round(65535 y) of y in [0, 1], and its window in words.
   * @throws NotRead if the window cannot be applied, Error for damage
   */
  levels(stored: StoredValues, frame: number): { levels: Uint16Array; words: string } {
    const window = this.window(frame);
    const modality = this.modality(frame, window.of === undefined);
    const { of, words } = this.fitted(window, stored, modality);
    const inverted = this.layout.photometric === 'MONOCHROME1';
    const level = (value: number): number => {
      const y = of(modality(value));
      return Math.round(65535 * (inverted ? 1 - y : y));
    };
    const { bitsStored } = this.layout;
    if (bitsStored > TABULATED) return { levels: Uint16Array.from(stored, level), words };
    const table = new Uint16Array(2 ** bitsStored);
    const { least } = this;
    for (let i = 0; i < table.length; i++) table[i] = level(i + least);
    const levels = new Uint16Array(stored.length);
    for (let i = 0; i < levels.length; i++) levels[i] = table[stored[i] - least];
    return { levels, words };
  }

  /** The window of a frame in words, before its range is known. */
  words(frame: number): string {
    const { of, words } = this.window(frame);
    return of ? words : `range of the frame${words}`;
  }

  /**
   * Stored value to the units of the file: by its table, else by slope and intercept.
   * @param ranged - whether the range follows, to which an intercept and a positive slope are one
   */
  private modality(frame: number, ranged: boolean): (stored: number) => number {
    const table = tableOf(this.data, Tag.ModalityLUTSequence, this.layout.signed);
    if (table) return (stored) => table.at(stored);
    const { slope, intercept } = this.rescale(frame);
    if (slope !== undefined && intercept !== undefined) return (stored) => slope * stored + intercept;
    // Of one without the other, some readers make nothing, others take 0 or 1 for the missing one.
    const [s, i] = [slope ?? 1, intercept ?? 0];
    if (!(s === 1 && i === 0) && !(ranged && s > 0))
      throw new NotRead(
        'a DICOM file with only one of RescaleSlope and RescaleIntercept, under which its window is uncertain; choose --window range',
      );
    return (stored) => stored;
  }

  private rescale(frame: number): { slope?: number; intercept?: number } {
    const [slope, intercept] = [Tag.RescaleSlope, Tag.RescaleIntercept].map((tag) =>
      this.values.holder(frame, Tag.PixelValueTransformationSequence, tag)?.decimal(tag),
    );
    if (slope === 0) throw new Error('RescaleSlope is 0');
    return { slope, intercept };
  }

  private window(frame: number): Window {
    const { choice } = this;
    if (choice?.kind === 'range') return { words: '' };
    if (choice?.kind === 'given') {
      const { name, centre, width } = choice;
      if (name !== undefined) this.checkHounsfield(frame, name);
      if (width < 1) throw new NotRead(`--window ${centre}/${width}: the width of a window is 1 or more`);
      return { words: `${centre}/${width} (${name ?? 'chosen'})`, of: windowFunction(choice) };
    }
    if (!choice) {
      // A group may hold a table and no window, so the table is looked for on its own.
      const item = this.values.itemHolder(frame, Tag.FrameVOILUTSequence, Tag.VOILUTSequence);
      // A modality table has no negative entries, and takes the place of the slope.
      const signed = !this.data.item(Tag.ModalityLUTSequence) && (this.layout.signed || (this.rescale(frame).intercept ?? 0) < 0);
      const table = item && tableOf(item, Tag.VOILUTSequence, signed);
      if (table && withinBits(table)) return { words: "lookup table (the file's)", of: (x) => table.at(Math.floor(x + 0.5)) / table.most };
    }
    return this.ownWindow(this.values.holder(frame, Tag.FrameVOILUTSequence, Tag.WindowCenter), choice?.number);
  }

  /** The file's n-th window; its first, or the range, if no number is given. */
  private ownWindow(holder: DataSet | undefined, number: number | undefined): Window {
    const centres = holder?.decimals(Tag.WindowCenter) ?? [];
    const widths = holder?.decimals(Tag.WindowWidth) ?? [];
    const pairs = Math.min(centres.length, widths.length);
    if (pairs === 0 && centres.length !== widths.length)
      throw new NotRead('a DICOM file with a WindowCenter or WindowWidth without its pair; choose --window range or CENTRE/WIDTH');
    if (pairs === 0 && number === undefined) return { words: ' (no window in the file)' };
    const n = number ?? 1;
    if (n > pairs) throw new NotRead(`a DICOM file with ${pairs} windows, so there is none of number ${n}`);
    const [centre, width] = [centres[n - 1], widths[n - 1]];
    const shape = (holder?.text(Tag.VOILUTFunction) ?? 'LINEAR') as WindowFunction;
    if (!['LINEAR', 'LINEAR_EXACT', 'SIGMOID'].includes(shape))
      throw new NotRead('a DICOM file with an unknown VOILUTFunction; choose --window range or CENTRE/WIDTH');
    if (!(width > 0) || (shape === 'LINEAR' && width < 1))
      throw new NotRead(`a DICOM file with a window of width ${width}; choose --window range or CENTRE/WIDTH`);
    const kind = shape === 'LINEAR' ? '' : ` ${shape.toLowerCase()}`;
    const which = pairs === 1 ? "the file's" : `the file's, ${n} of ${pairs}`;
    return { words: `${centre}/${width}${kind} (${which})`, of: windowFunction({ centre, width }, shape) };
  }

  /** @throws NotRead if the values are not Hounsfield units, as a window by name needs */
  private checkHounsfield(frame: number, name: string): void {
    const modality = this.data.text(Tag.Modality) ?? 'none';
    const type = this.data.text(Tag.RescaleType);
    const { slope, intercept } = this.rescale(frame);
    const why =
      modality !== 'CT'
        ? `its modality is ${/^[A-Z]{2}$/.test(modality) ? modality : 'another or not stated'}`
        : slope === undefined || intercept === undefined
          ? 'it has no RescaleSlope and RescaleIntercept'
          : type !== undefined && type !== 'HU'
            ? 'its RescaleType is not HU'
            : undefined;
    if (why) throw new NotRead(`--window ${name} is for CT in Hounsfield units, but ${why}; give numbers, as --window 40/400`);
  }

  /** A window that is the range of a frame's pixels, without padding, once they are known. */
  private fitted({ of, words }: Window, stored: StoredValues, modality: (stored: number) => number): Required<Window> {
    if (of) return { of, words };
    const padding = this.padding();
    let [low, high] = [Infinity, -Infinity];
    for (const value of this.distinct(stored)) {
      if (padding && value >= padding[0] && value <= padding[1]) continue;
      const x = modality(value);
      if (x < low) low = x;
      if (x > high) high = x;
    }
    return {
      of: rangeFunction(low, high),
      words: low <= high ? `range ${shown(low)}..${shown(high)}${words}` : 'range of no pixel: all are padding',
    };
  }

  /** The values that occur, each once where they are few. */
  private distinct(stored: StoredValues): Iterable<number> {
    const { bitsStored } = this.layout;
    if (bitsStored > TABULATED) return stored;
    const seen = new Uint8Array(2 ** bitsStored);
    for (let i = 0; i < stored.length; i++) seen[stored[i] - this.least] = 1;
    const values: number[] = [];
    for (let i = 0; i < seen.length; i++) if (seen[i] === 1) values.push(i + this.least);
    return values;
  }

  /** The stored values that are padding, both ends included. */
  private padding(): [number, number] | undefined {
    const { signed } = this.layout;
    const [value, limit] = [Tag.PixelPaddingValue, Tag.PixelPaddingRangeLimit].map((tag) => {
      const length = this.data.elements.get(tag)?.length ?? 0;
      if (length !== 0 && length !== 2) throw new Error(`${nameOf(tag)} has ${length} bytes`);
      return this.data.wordOf(tag, signed);
    });
    if (value === undefined) return undefined;
    const other = limit ?? value;
    return [Math.min(value, other), Math.max(value, other)];
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
