import type { DataSet } from './data-set';

/**
 * The data sets in which attributes of a frame are looked up, in this order: the frame's own
 * functional groups, those that all frames share, the data set itself.
 */
export class FrameValues {
  constructor(
    private readonly data: DataSet,
    private readonly shared: DataSet | undefined,
    private readonly perFrame: readonly DataSet[],
  ) {}

  /**
   * The first of them that has an attribute.
   * @param sequence - the functional group that holds it
   */
  holder(frame: number, sequence: number, tag: number): DataSet | undefined {
    return this.places(frame, sequence).find((place) => place?.has(tag));
  }

  /** The first of them in which another sequence, such as one of tables, has an item. */
  itemHolder(frame: number, sequence: number, tag: number): DataSet | undefined {
    return this.places(frame, sequence).find((place) => place?.item(tag));
  }

  private places(frame: number, sequence: number): (DataSet | undefined)[] {
    const groups = [this.perFrame[frame], this.shared].map((group) => group?.item(sequence));
    return [...groups, this.data];
  }
}
