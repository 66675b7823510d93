import type { Cell } from '../../cells/expression';
import { cellParameters } from '../../cells/parameters';
import { planOf, segmentsOf } from '../plan/plan';
import { Layer, type LayerShape } from '../wasm/layer';
import type { WeightLayout } from '../wasm/layer-weights';
import type { Loop } from '../wasm/loops';
import type { Machine } from '../wasm/machine';
import { oneWay, Programs } from './programs';
import { Recent } from './recent';

/** A layer at a shape with what is kept for it between calls. */
export interface BoundLayer {
  readonly layer: Layer;
  readonly forward: Programs<Loop>;
  readonly backward: Programs<Loop>;
  readonly packing: Programs;
}

/** Shapes that are kept ready of each cell. */
const mostShapes = 12;

const layers = new WeakMap<Cell, Map<string, (shape: LayerShape) => BoundLayer>>();

/** A cell at a shape, compiled when it is first asked for. */
export function boundLayer(machine: Machine, cell: Cell, record: boolean, shape: LayerShape): BoundLayer {
  let ofCell = layers.get(cell);
  if (!ofCell) {
    ofCell = new Map();
    layers.set(cell, ofCell);
  }
  const key = `${machine.id} ${record}`;
  let atShape = ofCell.get(key);
  if (!atShape) {
    atShape = compile(machine, cell, record);
    ofCell.set(key, atShape);
  }
  return atShape(shape);
}

function compile(machine: Machine, cell: Cell, record: boolean): (shape: LayerShape) => BoundLayer {
  const plan = planOf(cell, { record });
  const code = machine.compile(plan.graph, segmentsOf(plan));
  const shapes = new Recent<BoundLayer>(mostShapes, ({ forward, backward, packing }) => {
    for (const programs of [forward, backward, packing]) programs.dispose();
  });
  return (shape) => {
    const { batch, timeSteps, inputSize, units, image } = shape;
    return shapes.get(`${batch} ${timeSteps} ${inputSize} ${units} ${image?.height} ${image?.width}`, () => {
      const layer = new Layer(machine, plan, shape, weightLayout(cell, inputSize, units), code);
      return {
        layer,
        forward: new Programs(machine, layer.loops),
        backward: new Programs(machine, layer.loops),
        packing: new Programs(machine, oneWay),
      };
    });
  };
}

/** Where each weight of a layer lies in its flat tensor. */
export function weightLayout(cell: Cell, inputSize: number, units: number): WeightLayout {
  let offset = 0;
  return new Map(
    cellParameters(cell, inputSize, units).map(({ name, shape, taps, trained }) => {
      const at = offset;
      offset += shape.reduce((a, b) => a * b, 1);
      return [name, { offset: at, shape, taps, trained }];
    }),
  );
}
