import type { Machine } from './machine';
import { mapGradientBytes, writeMapGradients } from './map-gradient';
import { type PanelSequence, type Part, type PartPlace, panelSequence } from './parts';
import { floatBits, type ProgramWriter } from './program';

/** Of a cross-entropy, by part: targets, and sums and losses for each of them. */
export interface LossPlaces {
  readonly targets: readonly number[];
  readonly sums: readonly number[];
  readonly losses: readonly number[];
}

/** Logits in columns beyond the classes: as good as impossible, and e to their power is 0. */
const impossible = -1e30;

/** A linear head at a shape: how its weights are packed, and its programs. */
export class Head {
  readonly inPanels: PanelSequence;
  readonly outInPanels: PanelSequence;
  readonly packedBytes: number;
  readonly transposedBytes: number;
  private readonly biasOffset: number;

  constructor(
    private readonly machine: Machine,
    readonly parts: readonly Part[],
    readonly batch: number,
    readonly timeSteps: number,
    readonly units: number,
    readonly outputs: number,
  ) {
    this.inPanels = panelSequence(parts, timeSteps, machine.rowBytes(units));
    this.outInPanels = panelSequence(parts, timeSteps, machine.rowBytes(outputs));
    this.biasOffset = machine.panelsOf(outputs) * units * machine.panelBytes;
    this.packedBytes = this.biasOffset + machine.panelsOf(outputs) * machine.panelBytes;
    this.transposedBytes = machine.panelsOf(units) * (outputs + 1) * machine.panelBytes;
  }

  pack(writer: ProgramWriter, weights: number, bias: number, packed: number, isLoss: boolean): void {
    const beyond = isLoss ? floatBits(impossible) : 0;
    writer
      .block('panels', 1, 1)
      .command('pack', weights, this.units, this.outputs, packed)
      .command('packVector', bias, this.outputs, packed + this.biasOffset, beyond);
  }

  packTransposed(writer: ProgramWriter, weights: number, transposed: number): void {
    const { machine, units, outputs } = this;
    writer
      .block('panels', 1, 1)
      .command('packTransposed', weights, units, outputs, transposed)
      // A whole row of zeros for products to begin with.
      .command('packVector', 0, units, transposed + machine.rowBytes(units) * outputs, 0);
  }

  /** @param loss where a cross-entropy is wanted */
  output(
    writer: ProgramWriter,
    sequence: readonly PartPlace[],
    packed: number,
    output: readonly PartPlace[],
    loss?: LossPlaces,
  ): void {
    const panels = this.machine.panelsOf(this.outputs);
    sequence.forEach((part, index) => {
      const out = output[index] ?? part;
      writer
        .block('each', this.timeSteps, part.rows, part.index)
        .command('product', part, this.units, packed, out, panels, packed + this.biasOffset);
      if (!loss) return;
      const [targets = 0, sums = 0, losses = 0] = [loss.targets[index], loss.sums[index], loss.losses[index]];
      writer.command('crossEntropy', out, targets, sums, losses, panels);
    });
  }

  /** Bytes that the backward pass works in. */
  get workBytes(): number {
    return mapGradientBytes(this.machine, this.batch, this.machine.panelsOf(this.outputs));
  }

  /**
   * Gradients of the sequence and of what is learned, from the gradient of the output; where a cross-entropy was wanted,
   * from what it left there.
   */
  gradients(
    writer: ProgramWriter,
    places: {
      readonly sequence: readonly PartPlace[];
      readonly slope: readonly PartPlace[];
      readonly transposed: number;
      readonly sequenceGradient: readonly PartPlace[];
      readonly weightGradient: number;
      readonly biasGradient: number;
      /** Where `workBytes` are free. */
      readonly work: number;
      readonly loss: (LossPlaces & { readonly scale: number }) | undefined;
    },
  ): void {
    const { machine, units, outputs, timeSteps, batch } = this;
    const { sequence, slope, transposed, sequenceGradient, weightGradient, biasGradient, work, loss } = places;
    const panels = machine.panelsOf(units);
    const zeros = transposed + panels * outputs * machine.panelBytes;
    slope.forEach((part, index) => {
      writer.block('each', timeSteps, part.rows, part.index);
      if (loss) {
        const [targets = 0, sums = 0] = [loss.targets[index], loss.sums[index]];
        writer.command('crossEntropyGradient', part, targets, sums, loss.scale, machine.panelsOf(outputs));
      }
      const to = sequenceGradient[index] ?? part;
      writer.command('product', part, outputs, transposed, to, panels, zeros);
    });
    writer.barrier().block('panels', timeSteps, batch);
    writeMapGradients(
      writer,
      machine,
      { at: work, bytes: this.workBytes },
      {
        columns: outputs,
        parts: slope,
        maps: [{ d: slope, bias: biasGradient }],
        arguments: [{ k: units, a: sequence, targets: [{ map: 0, at: weightGradient }] }],
      },
    );
  }
}
