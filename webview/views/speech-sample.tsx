import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SpeechSample, TranscribedItem, TranscriptionScores } from '../../src/protocol/run';
import { type ChartStyle, useChartStyle } from '../chart-style';
import { DataTable } from '../components/data-table';
import { Icon } from '../components/icon';
import { usePersistedState } from '../persisted-state';
import { visibleLine, visibleToken } from '../visible-text';
import type { SampleViewProps } from './samples';

/** Transcripts beside what was said, and where in one of the recordings each character was heard. */
export function SpeechView({ sample, view, table }: SampleViewProps) {
  const [wanted, setChosen] = usePersistedState('run', 'samples.heard', 0);
  if (sample.task !== 'speech') return null;
  const { transcription } = view.validated ?? {};
  const chosen = Math.min(wanted, sample.items.length - 1);
  const item = sample.items[chosen];
  return (
    <div class="speech">
      {table ? (
        <CharacterTable sample={sample} />
      ) : (
        <>
          <ol class="pairs" aria-label="Transcripts">
            {sample.items.map((own, at) => (
              <Transcript key={at} item={own} chosen={at === chosen} onChoose={() => setChosen(at)} />
            ))}
          </ol>
          {item ? <Spectrogram item={item} /> : null}
        </>
      )}
      {transcription ? <Scores scores={transcription} /> : null}
    </div>
  );
}

interface TranscriptProps {
  readonly item: TranscribedItem;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Transcript({ item, chosen, onChoose }: TranscriptProps) {
  const { name, transcript, reference, edits } = item;
  const right = reference === undefined ? undefined : transcript === reference;
  return (
    <li data-transcript={right === undefined ? 'asked' : right ? 'right' : 'wrong'}>
      <button type="button" aria-pressed={chosen} title="Show where it was heard" onClick={onChoose}>
        <span class="read">{visibleLine(name.split(/[\\/]/).at(-1) ?? name)}</span>
        <span class="written">
          {right === undefined ? null : <Icon name={right ? 'check' : 'warning'} />}
          <strong data-heard={transcript}>
            {transcript === '' ? '(nothing)' : null}
            {edits && transcript !== ''
              ? edits.map(({ kind, text }, at) =>
                  kind === 'same' ? (
                    visibleLine(text)
                  ) : (
                    <span key={at} class={`edit ${kind}`} title={editTitles[kind]}>
                      {visibleLine(text)}
                    </span>
                  ),
                )
              : visibleLine(transcript)}
          </strong>
        </span>
        {right === false ? <span class="truth">truth: {visibleLine(reference ?? '')}</span> : null}
      </button>
    </li>
  );
}

const editTitles = {
  replaced: 'Another character was said',
  added: 'Nothing was said here',
  missing: 'Left out',
} as const;

const pictureHeight = 120;

/** Time from left to right, low sounds below; under it the characters where they were heard. */
function Spectrogram({ item }: { readonly item: TranscribedItem }) {
  const style = useChartStyle();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<number | undefined>(undefined);
  const { seconds, spectrogram, characters } = item;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, spectrogram, style);
  }, [spectrogram, style]);
  const share = (time: number) => `${(100 * Math.min(1, time / seconds)).toFixed(2)}%`;
  const here = at === undefined ? undefined : characters[at];
  return (
    <figure class="spectrogram" data-spectrogram={`${spectrogram.length} x ${spectrogram[0]?.length ?? 0}`}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Spectrogram of ${seconds.toFixed(1)} seconds`}
        style={{ height: `${pictureHeight}px` }}
      />
      {here ? <span class="heard-here" style={{ left: share(here.from), width: share(here.to - here.from) }} /> : null}
      <ol class="heard" aria-label="Characters where they were heard" onMouseLeave={() => setAt(undefined)}>
        {characters.map(({ character, from, to }, index) => (
          <li
            key={index}
            class={index === at ? 'here' : ''}
            style={{ left: share((from + to) / 2) }}
            onMouseEnter={() => setAt(index)}
          >
            {visibleToken(character)}
          </li>
        ))}
      </ol>
      <figcaption class="note">
        {here
          ? `${visibleToken(here.character)} from ${here.from.toFixed(2)} to ${here.to.toFixed(2)} s`
          : `${seconds.toFixed(2)} seconds, low sounds below, and each character where it was heard.`}
      </figcaption>
    </figure>
  );
}

/** One pixel a band and column, as large as the canvas is shown. */
function draw(
  canvas: HTMLCanvasElement,
  spectrogram: TranscribedItem['spectrogram'],
  { sequential }: ChartStyle,
): void {
  const [columns, bands] = [spectrogram.length, spectrogram[0]?.length ?? 0];
  if (columns === 0 || bands === 0) return;
  canvas.width = columns;
  canvas.height = bands;
  const last = sequential.length / 4 - 1;
  const pixels = new Uint8ClampedArray(4 * columns * bands);
  for (const [column, powers] of spectrogram.entries()) {
    for (const [band, power] of powers.entries()) {
      const entry = 4 * Math.round((last * power) / 99);
      pixels.set(sequential.subarray(entry, entry + 4), 4 * ((bands - 1 - band) * columns + column));
    }
  }
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, columns, bands), 0, 0);
}

function Scores({ scores }: { readonly scores: TranscriptionScores }) {
  const { characterErrorRate, wordErrorRate, recordings } = scores;
  return (
    <p class="note" data-word-errors={wordErrorRate} data-character-errors={characterErrorRate}>
      Of {recordings} held-out recordings <strong>{(100 * wordErrorRate).toFixed(1)} %</strong> word errors and{' '}
      <strong>{(100 * characterErrorRate).toFixed(1)} %</strong> character errors.
    </p>
  );
}

function CharacterTable({ sample }: { readonly sample: SpeechSample }) {
  return (
    <DataTable
      caption="Characters and where they were heard"
      columns={['Recording', 'Character', 'From', 'To', 'Transcript', 'Reference']}
      rows={sample.items.flatMap(({ name, characters, transcript, reference }) =>
        (characters.length > 0 ? characters : [{ character: '', from: 0, to: 0 }]).map(
          ({ character, from, to }, at) => [
            visibleLine(name),
            visibleToken(character),
            `${from.toFixed(2)} s`,
            `${to.toFixed(2)} s`,
            at === 0 ? visibleLine(transcript) : '',
            at === 0 ? visibleLine(reference ?? '') : '',
          ],
        ),
      )}
    />
  );
}
