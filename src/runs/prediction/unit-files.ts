import path from 'node:path';
import { UserError } from '../../common/errors';
import { writeFileAtomic } from '../../common/node/files';
import type { StagedFiles } from '../../common/node/staged-files';
import { packageVersion } from '../../common/node/version';
import { segmentation, type MarkedFrame } from '../../image/node/dicom/segmentation';
import type { ScoredInput } from '../score-inputs';
import { VolumeGrid } from './volume-grid';

/** Formats besides the PNG files that are always written. */
export interface UnitFormats {
  maps?: 'png' | 'npy' | 'nifti';
  masks?: 'png' | 'nifti' | 'dicom-seg';
}

/** What is being collected for one unit: a volume, a series or a single image. */
interface Unit {
  group: string | undefined;
  name: string;
  count: number;
  map?: VolumeGrid<Float32Array>;
  mask?: VolumeGrid<Uint8Array>;
  frames: MarkedFrame[];
}

/** Map and mask of an image, on its own pixels. */
export interface OwnResult {
  map: Float32Array;
  mask: Uint8Array | null;
}

/**
 * Writes the files that belong to a whole volume, series or single image: NIfTI volumes and DICOM
 * segmentations. Only the volume at hand is in memory.
 */
export class UnitFiles {
  private unit?: Unit;

  /** @param unitOf - name for files, and number of slices, of a volume */
  constructor(
    private readonly staged: StagedFiles,
    private readonly out: string,
    private readonly formats: UnitFormats,
    private readonly unitOf: (group: string) => { name: string; count: number },
    /** Called with the files of a volume. */
    private readonly onVolume: (group: string, files: string[]) => void,
  ) {}

  /**
   * Adds an image or slice.
   * @param name - for files of a single image
   * @returns the files of a single image; those of a volume come when it is complete
   */
  async add(scored: ScoredInput, { map, mask }: OwnResult, name: string): Promise<string[]> {
    const { maps, masks } = this.formats;
    const { input, own } = scored;
    const { width, height } = own.raster;
    if (this.unit && this.unit.group !== input.group) await this.finish();
    this.unit ??= { group: input.group, ...(input.group === undefined ? { name, count: 1 } : this.unitOf(input.group)), frames: [] };
    const { unit } = this;
    const facts = { ...own.facts, width, height };
    if (maps === 'nifti') {
      unit.map ??= new VolumeGrid(input.file, facts, unit.count, (length) => new Float32Array(length));
      unit.map.set(input.number, map, width);
    }
    if (masks === 'nifti' && mask) {
      unit.mask ??= new VolumeGrid(input.file, facts, unit.count, (length) => new Uint8Array(length));
      unit.mask.set(input.number, mask, width);
    }
    if (masks === 'dicom-seg' && mask) {
      if (own.facts.format !== 'dicom')
        throw new UserError(`${input.file}: no DICOM file; --masks dicom-seg needs DICOM images: use png or nifti`);
      unit.frames.push({ file: input.file, frame: input.frame, frames: input.frames, mask });
    }
    return input.group === undefined ? this.finish() : [];
  }

  /** Writes what was collected. */
  async finish(): Promise<string[]> {
    const { unit } = this;
    this.unit = undefined;
    if (!unit) return [];
    const written: string[] = [];
    const write = (end: string, bytes: Uint8Array | null | undefined): void => {
      if (!bytes) return;
      writeFileAtomic(this.staged.place(`${unit.name}-${end}`), bytes);
      written.push(path.join(this.out, `${unit.name}-${end}`));
    };
    write('map.nii.gz', await unit.map?.bytes());
    write('mask.nii.gz', await unit.mask?.bytes());
    const description = 'anomaly map above a threshold; not a diagnosis';
    const words = { label: 'above the threshold', description, algorithm: 'MediCLIP notebooks', version: packageVersion() };
    if (unit.frames.length > 0) write('seg.dcm', await segmentation(unit.frames, words));
    if (unit.group !== undefined) this.onVolume(unit.group, written);
    return written;
  }
}

/** The ends of the names of all files that may be written for an image or a volume. */
export const OUTPUT_ENDS = ['map.png', 'map.npy', 'map.nii.gz', 'overlay.png', 'mask.png', 'mask.nii.gz', 'seg.dcm'] as const;
