import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { PbfWriter } from 'pbf';

/** Numbers that are the same in each run of a graph; whole ones have 32 bits. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** The tag under which TensorFlow finds a graph in its file. */
export const graphTag = 'unroll';

/** The oldest TensorFlow that is to read it: 2.9 (tensorflow/core/public/version.h). */
const graphVersion = 1087;

interface Node {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** What TensorFlow's operations are told, or a constant's value. */
type Attribute = TFEOpAttr | { readonly name: string; readonly value: Constant };

/** Operations that read each other's results. A value goes by the name of its node and the number of its result. */
export class Graph {
  private readonly nodes: Node[] = [];
  private readonly constants = new Map<Constant, string>();

  constructor(private readonly binding: TFJSBinding) {}

  get size(): number {
    return this.nodes.length;
  }

  /** 32-bit floats that each run is given. @returns the name of the value */
  placeholder(): string {
    return this.node('Placeholder', [], [this.type(this.binding.TF_FLOAT)])(0);
  }

  /** The same is written once. @returns the name of the value */
  constant(value: Constant): string {
    const known = this.constants.get(value);
    if (known !== undefined) return known;
    const made = this.node('Const', [], [this.type(this.typeOf(value)), { name: 'value', value }])(0);
    this.constants.set(value, made);
    return made;
  }

  /** @returns the name of each of its results */
  node(operation: string, inputs: readonly string[], attributes: readonly Attribute[]): (result: number) => string {
    const name = `n${this.nodes.length.toString(36)}`;
    this.nodes.push({ name, operation, inputs, attributes });
    return (result) => `${name}:${result}`;
  }

  /**
   * A SavedModel, as TensorFlow reads it (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, and graph, node_def,
   * attr_value, tensor and tensor_shape.proto of tensorflow/core/framework).
   */
  savedModel(): Uint8Array {
    const file = new PbfWriter();
    file.writeVarintField(1, 1);
    file.writeMessage(
      2,
      (graph, writer) => {
        writer.writeMessage(1, (tag, info) => info.writeStringField(4, tag), graphTag);
        writer.writeMessage(2, (nodes, definition) => this.writeGraph(nodes, definition), graph);
      },
      this.nodes,
    );
    return file.finish();
  }

  private writeGraph(nodes: readonly Node[], writer: PbfWriter): void {
    for (const node of nodes) writer.writeMessage(1, (one, own) => this.writeNode(one, own), node);
    writer.writeMessage(4, (version, own) => own.writeVarintField(1, version), graphVersion);
  }

  private writeNode({ name, operation, inputs, attributes }: Node, writer: PbfWriter): void {
    writer.writeStringField(1, name);
    writer.writeStringField(2, operation);
    for (const input of inputs) writer.writeStringField(3, input);
    for (const attribute of attributes) {
      writer.writeMessage(
        5,
        (one, entry) => {
          entry.writeStringField(1, one.name);
          entry.writeMessage(2, (value, own) => this.writeValue(value, own), one);
        },
        attribute,
      );
    }
  }

  private writeValue(attribute: Attribute, writer: PbfWriter): void {
    const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_ATTR_INT, TF_ATTR_FLOAT } = this.binding;
    if (!('type' in attribute)) {
      writer.writeMessage(8, (value, own) => this.writeTensor(value, own), attribute.value);
      return;
    }
    const value = Number(attribute.value);
    if (attribute.type === TF_ATTR_INT) writer.writeVarintField(3, value);
    else if (attribute.type === TF_ATTR_FLOAT) writer.writeFloatField(4, value);
    else if (attribute.type === TF_ATTR_BOOL) writer.writeBooleanField(5, value !== 0);
    else if (attribute.type === TF_ATTR_TYPE) writer.writeVarintField(6, value);
    else throw new Error(`The attribute ${attribute.name} has a type that graphs do not have`);
  }

  private writeTensor(constant: Constant, writer: PbfWriter): void {
    const { shape, values } = constant;
    writer.writeVarintField(1, this.typeOf(constant));
    writer.writeMessage(
      2,
      (sizes, own) => {
        for (const size of sizes) own.writeMessage(2, (one, dimension) => dimension.writeVarintField(1, one), size);
      },
      shape,
    );
    writer.writeBytesField(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  private typeOf({ values }: Constant): number {
    return values instanceof Int32Array ? this.binding.TF_INT32 : this.binding.TF_FLOAT;
  }

  private type(value: number): TFEOpAttr {
    return { name: 'dtype', type: this.binding.TF_ATTR_TYPE, value };
  }
}
