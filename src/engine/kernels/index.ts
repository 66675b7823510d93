// What the engine calls.
export { alone, join, lose, serve, start } from './pool';
export { reflect } from './reflect';
