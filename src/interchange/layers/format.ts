/**
 * `model.json` of TF.js' layers format: a topology as Keras' `to_json` writes it, and a manifest of the weights, which lie
 * one after another in files beside it (TF.js, "Save and load models"; `io.ModelJSON` and `io.WeightsManifestConfig`).
 */
export interface ModelJson {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: unknown;
  readonly weightsManifest: readonly WeightGroup[];
  readonly userDefinedMetadata: { readonly unroll: Metadata };
}

export interface WeightGroup {
  /** Files of the group, one after another. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** What a model of Unroll's needs besides its weights, so that it can be used and trained on. */
export interface Metadata {
  readonly version: string;
  readonly task: string;
  readonly cell: string;
  /** As in the run's encoding.json: vocabulary, classes, scales. */
  readonly encoding: unknown;
}
