import { excerpt } from '../../base/visible';
import { unreadable } from './unreadable';

export type Json = Readonly<Record<string, unknown>>;

/** A layer as its topology describes it. */
export interface LayerConfig {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
}

export interface Topology {
  /** Of the model. Weights may be named with it before their layer's name. */
  readonly name: string;
  /** From the input to the output. */
  readonly layers: readonly LayerConfig[];
}

/** Keras writes `return_sequences`, TF.js within itself `returnSequences`. */
export function field(config: Json, name: string): unknown {
  return config[name] ?? config[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())];
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The layers of a model that is one chain, `Sequential` or functional, of TF.js, Keras 2 or Keras 3.
 *
 * @param file for messages
 * @throws UserError when it is none, or not described as one
 */
export function readTopology(described: unknown, file: string): Topology {
  const whole = isObject(described) ? (field(described, 'model_config') ?? described) : described;
  const model = isObject(whole) ? whole : {};
  const className = field(model, 'class_name');
  const config = model.config;
  const listed = Array.isArray(config) ? config : isObject(config) ? config.layers : undefined;
  if (!Array.isArray(listed)) throw unreadable(file, 'It has no list of layers', 'Save the model again.');
  const layers = listed.map((one) => layerOf(one, file));
  const name = isObject(config) && typeof config.name === 'string' ? config.name : '';
  if (className === 'Sequential') return { name, layers: layers.map(({ layer }) => layer) };
  return { name, layers: inOrder(layers, file) };
}

/** @throws UserError when there is no class name or configuration */
export function layerOf(described: unknown, file: string): { readonly layer: LayerConfig; readonly from: string[][] } {
  const { class_name, className, config, name, inbound_nodes, inboundNodes } = isObject(described) ? described : {};
  const kind = class_name ?? className;
  if (typeof kind !== 'string' || !isObject(config))
    throw unreadable(file, 'A layer has no class or no configuration', 'Save the model again.');
  const nodes = inbound_nodes ?? inboundNodes;
  const known = [name, config.name].find((one) => typeof one === 'string') ?? '';
  return {
    layer: { className: kind, name: String(known), config },
    from: Array.isArray(nodes) ? nodes.map(sourcesOf) : [],
  };
}

/** Names of the layers that a call of a layer reads. */
function sourcesOf(node: unknown): string[] {
  // Keras 3: {args: [tensor or list of tensors], kwargs}; before: [[name, node, tensor, arguments], …].
  const tensors = isObject(node) ? node.args : node;
  return (Array.isArray(tensors) ? tensors.flat() : []).flatMap((one): string[] => {
    if (typeof one === 'string') return [one];
    const history = isObject(one) && isObject(one.config) ? one.config.keras_history : one;
    return Array.isArray(history) && typeof history[0] === 'string' ? [history[0]] : [];
  });
}

/** Each layer must read one other, and be read by one other, but for the first and the last. */
function inOrder(layers: readonly ReturnType<typeof layerOf>[], file: string): LayerConfig[] {
  const next = new Map<string, LayerConfig>();
  const [first, ...more] = layers.filter(({ layer }) => layer.className === 'InputLayer');
  for (const { layer, from } of layers) {
    if (layer.className === 'InputLayer') continue;
    const [source, ...others] = from.flat();
    if (source === undefined || others.length > 0 || next.has(source) || more.length > 0)
      throw unreadable(
        file,
        `Its layers are no single chain: so it is at ${excerpt(layer.name)} (${excerpt(layer.className)})`,
        'Models whose layers stand one after another can be read.',
      );
    next.set(source, layer);
  }
  const chain: LayerConfig[] = [];
  for (let at = first?.layer; at && chain.length <= layers.length; at = next.get(at.name)) chain.push(at);
  if (chain.length !== layers.length)
    throw unreadable(file, 'Its layers are no single chain from an input', 'Save the model again as one chain.');
  return chain;
}
