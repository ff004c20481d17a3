/** Work that goes on beside other work, at most a few pieces at a time. */
export class Queue {
  private readonly going = new Set<Promise<void>>();
  private failed?: { error: unknown };

  constructor(private readonly atOnce: number) {}

  /**
   * Begins a piece of work once there is room for it.
   * @throws what earlier work threw
   */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.going.size >= this.atOnce) await Promise.race(this.going);
    this.check();
    const one: Promise<void> = work()
      .catch((error: unknown) => void (this.failed ??= { error }))
      .finally(() => this.going.delete(one));
    this.going.add(one);
  }

  /**
   * Waits until all work is done.
   * @throws what it threw
   */
  async empty(): Promise<void> {
    await this.settled();
    this.check();
  }

  /** Waits until all work has ended, whether it failed or not. */
  async settled(): Promise<void> {
    while (this.going.size > 0) await Promise.race(this.going);
  }

  private check(): void {
    if (this.failed) throw this.failed.error;
  }
}
