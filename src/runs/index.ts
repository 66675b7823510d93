export { readBest } from './checkpoint';
export { makeFolders, replaceFolder, writeSynced } from './files';
export { newRunFolder, runFile, runsFolder, slugOf } from './folder';
export { releaseAfterCrash } from './lock';
export { freeName } from './name';
export { type ListedRun, listRuns, readCellText, readEncoding, readRecord, readRun, type StoredRun } from './read';
export { isRunning } from './running';
export { RunWriter, renameRun } from './write';
