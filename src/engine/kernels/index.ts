// What the engine calls.
export { join, lose, serve, start } from './pool';
