/**
 * Writes ../opinions.csv: short opinions of guests, each praise or complaint. A word alone does not tell: "not" turns what
 * follows it into its opposite, "hardly" and "anything but" too, and after "but" comes what the guest means.
 *   node opinions.mjs
 */
import { writeFileSync } from 'node:fs';
import { generator } from './generator.mjs';

const { pick, uniform } = generator(3);
const things = ['the soup', 'the room', 'the view', 'the music', 'our waiter', 'the bed', 'the bread', 'the garden', 'the price', 'breakfast'];
const good = ['good', 'lovely', 'warm', 'fresh', 'charming', 'fair', 'splendid', 'delightful', 'pleasant', 'fine'];
const bad = ['bad', 'dreadful', 'cold', 'stale', 'rude', 'dear', 'shabby', 'tiresome', 'bitter', 'poor'];
const degrees = ['', '', 'very ', 'quite ', 'really ', 'so '];
const turns = ['not', 'hardly', 'anything but', 'never'];
const ends = ['', '', ' last night', ' this time', ' all week', ', as ever', ', we thought'];

/** A clause that means praise or complaint, in its own words or in the opposite ones turned round. */
function clause(isPraise) {
  const isTurned = uniform() < 0.4;
  const words = isPraise !== isTurned ? good : bad;
  return `${pick(things)} was ${isTurned ? `${pick(turns)} ` : ''}${pick(degrees)}${pick(words)}`;
}

function opinion(isPraise) {
  const kind = uniform();
  if (kind < 0.45) return clause(isPraise) + pick(ends);
  if (kind < 0.75) return `${clause(!isPraise)}, but ${clause(isPraise)}${pick(ends)}`;
  return `${clause(isPraise)}, and ${clause(isPraise)}`;
}

const seen = new Set();
const lines = ['opinion,sentiment'];
while (lines.length <= 2000) {
  const isPraise = uniform() < 0.5;
  const text = opinion(isPraise);
  if (seen.has(text)) continue;
  seen.add(text);
  lines.push(`"${text.charAt(0).toUpperCase()}${text.slice(1)}.",${isPraise ? 'praise' : 'complaint'}`);
}
writeFileSync(new URL('../opinions.csv', import.meta.url), `${lines.join('\n')}\n`);
