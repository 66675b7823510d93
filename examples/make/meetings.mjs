/**
 * Writes ../meetings.txt: tiny stories that a small network learns within a minute, step by step: letters, then words,
 * then that whoever is quoted speaks in capitals until the quote ends (one remembered bit), and last who met whom
 * where (names that must be remembered over a hundred characters).
 *   node meetings.mjs
 */
import { writeFileSync } from 'node:fs';
import { generator } from './generator.mjs';

const { pick } = generator(1);
const animals = ['fox', 'owl', 'hen', 'cat', 'bear', 'frog', 'wolf', 'mouse'];
const kinds = ['red', 'old', 'shy', 'big', 'kind', 'grey'];
const places = ['lake', 'gate', 'tree', 'well', 'mill', 'road'];
const greetings = ['good day', 'hello', 'how are you'];

function story() {
  const first = pick(animals);
  const second = pick(animals.filter((animal) => animal !== first));
  const [firstKind, secondKind, place, greeting] = [pick(kinds), pick(kinds), pick(places), pick(greetings)];
  const speak = (to) => `"${greeting.toUpperCase()}, ${to.toUpperCase()}!"`;
  return [
    `The ${firstKind} ${first} met the ${secondKind} ${second} by the ${place}.`,
    `${speak(second)} said the ${first}.`,
    `${speak(first)} said the ${second}.`,
    `So the ${first} and the ${second} sat by the ${place}.`,
    '',
  ].join('\n');
}

writeFileSync(new URL('../meetings.txt', import.meta.url), Array.from({ length: 400 }, story).join('\n'));
