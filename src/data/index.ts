export { type DatasetFile, openDataset } from './source';
export type { Encoding } from './text/encoding';
export { readText, type TextDataset } from './text/read-text';
