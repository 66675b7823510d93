export { type DatasetFile, openDataset } from './source';
export { type ChosenColumns, chooseColumns } from './table/choose';
export type { Column, DateColumn, NumberColumn, TextColumn } from './table/columns';
export { looksLikeTable, type TableLook } from './table/looks-like-table';
export { gapsFilled } from './table/packed';
export { readTable, type TableDataset } from './table/read-table';
export type { Rows } from './table/rows';
export type { Encoding } from './text/encoding';
export { readText, type TextDataset } from './text/read-text';
