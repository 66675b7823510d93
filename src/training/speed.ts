/** Steps a second over the last few seconds, without the time of pauses. */
export class SpeedMeter {
  private marks: { readonly step: number; readonly time: number }[] = [];

  constructor(private readonly now: () => number) {}

  /** Begins to measure, again after a pause. */
  start(step: number): void {
    this.marks = [{ step, time: this.now() }];
  }

  /** Steps a second up to this step; 0 before time has passed. */
  mark(step: number): number {
    const time = this.now();
    this.marks.push({ step, time });
    while (this.marks.length > 2 && time - (this.marks[1]?.time ?? time) > 3000) this.marks.shift();
    const first = this.marks[0];
    return first && time > first.time ? ((step - first.step) * 1000) / (time - first.time) : 0;
  }
}
