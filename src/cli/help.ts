import { type Option, options, shownValue } from '../configuration/options';
import { generators } from '../generators';

const usage = `Unroll trains recurrent networks on a file, and shows what they learn.

  unroll train FILE [options]        train on a text, a table of numbers, labelled examples, pairs of texts or frames of a video
  unroll train --resume RUN          go on from the last checkpoint [--steps N: a new total] [--backend NAME: another engine]
  unroll train FILE --model MODEL    begin with the weights of a model.json in the TF.js layers format
  unroll inspect FILE [options]      how the file is understood, without training
  unroll sample RUN [--audio FILE] [--prompt TEXT] [--length N] [--temperature X] [--top-k N] [--beam N] [--seed N]
  unroll probe RUN [--input TEXT]    the named gates and states of every layer on an input
  unroll export RUN [--out DIR]      the model in the TF.js layers format, for tf.loadLayersModel (default: <dataset>-tfjs)
  unroll generate NAME               a classic benchmark as a file [--out FILE] [--count N] [--length N] [--seed N]
  unroll bench [--rows 1,translate] [--cells NAMES] [--seconds X] how fast this machine trains
  unroll native install              TensorFlow as an engine, downloaded once; remove or status in place of install
  unroll cells                       Unroll's own cells [--inputs N] [--units N: sizes to count weights for]
  unroll check CELL                  whether a cell can be read, its gradients are right, and values stay bounded

CELL is one of their names, or the path of a .cell file with the equations of your own.
NAME is one of ${Object.keys(generators).join(', ')}.
RUN is a run's folder. For a forecast, --prompt is the date or number of the first row to forecast, or "end"; of frames the
number of a sequence that was held out, whose prediction --out FILE.gif writes beside the truth.

  --json        one JSON object a line on standard output, for other programs
  --out DIR     the new run's folder (default: .unroll/runs/<id> in this folder)
  --name NAME   the new run's name

Ctrl-C ends a training with a checkpoint, from which --resume goes on; pressed again, it ends at once.
Exit codes: 0 all is well, 2 the input or the options cannot be used, 1 something failed later.

`;

/** The help text; options of a run come from the schema. */
export function help(): string {
  const all = options();
  const width = Math.max(...all.map(({ flag }) => flag.length)) + 4;
  return usage + all.map((option) => `  --${option.flag.padEnd(width)}${description(option)}\n`).join('');
}

function description({ description, values, examples, default: fallback }: Option): string {
  const known = values ?? examples;
  const choices = known ? ` (${known.map(shownValue).join(' ')})` : '';
  return `${description}${choices}${fallback === undefined ? '' : ` [${shownValue(fallback)}]`}`;
}
