import { useEffect, useMemo, useState } from 'preact/hooks';
import type { FrameScores, FramesSample } from '../../src/protocol/run';
import { bytesOf } from '../../src/samples/bytes';
import { useChartStyle } from '../chart-style';
import { type FrameSize, Picture } from '../charts/picture';
import { DataTable } from '../components/data-table';
import { Icon } from '../components/icon';
import { measure } from '../format';
import type { SampleViewProps } from './samples';

/** Milliseconds from frame to frame; slower for who asked for less motion. */
const pace = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 600 : 180);

/** Predicted frames beside those that came, and where they differ; a table of errors behind. */
export function FramesView({ sample, view, table }: SampleViewProps) {
  if (sample.task !== 'frames') return null;
  const scores = view.validated?.frames;
  return (
    <div class="frames">
      {table ? <ErrorsByStep sample={sample} /> : <Player sample={sample} />}
      {scores ? <Scores scores={scores} /> : null}
    </div>
  );
}

interface Frame {
  readonly label: string;
  readonly truth: Uint8Array | undefined;
  readonly predicted: Uint8Array | undefined;
}

/** What was read, then what was predicted and what came. */
function framesOf(sample: FramesSample): { readonly frames: readonly Frame[]; readonly read: number } {
  const size = sample.height * sample.width * sample.channels;
  const cut = (text: string) => {
    const bytes = bytesOf(text);
    return Array.from({ length: bytes.length / size }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  };
  const [context, predicted, truth] = [cut(sample.context), cut(sample.predicted), cut(sample.truth)];
  return {
    read: context.length,
    frames: [
      ...context.map((frame, at) => ({ label: `frame ${at + 1}, read`, truth: frame, predicted: undefined })),
      ...predicted.map((frame, at) => ({ label: `${at + 1} ahead`, truth: truth[at], predicted: frame })),
    ],
  };
}

function Player({ sample }: { readonly sample: FramesSample }) {
  const style = useChartStyle();
  const { frames, read } = useMemo(() => framesOf(sample), [sample]);
  const [wanted, setAt] = useState(read);
  const [isPlaying, setPlaying] = useState(false);
  const last = frames.length - 1;
  const at = Math.min(wanted, last);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => setAt((before) => (before >= last ? 0 : before + 1)), pace());
    return () => clearInterval(timer);
  }, [isPlaying, last]);
  const frame = frames[at];
  const error = sample.errors[at - read];
  const size: FrameSize = sample;
  const difference = useMemo(
    () => (frame?.truth && frame.predicted ? differenceOf(frame.truth, frame.predicted, sample.channels) : undefined),
    [frame, sample.channels],
  );
  const move = (to: number) => {
    setPlaying(false);
    setAt(Math.min(last, Math.max(0, to)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === ' ') setPlaying(!isPlaying);
    else if (target !== undefined) move(target);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div class="player" role="group" aria-label="Frames" data-frames={frames.length} onKeyDown={onKeyDown}>
      <div class="pictures">
        <Picture name="truth" bytes={frame?.truth} size={size} style={style} none="past the clip’s end" />
        <Picture name="predicted" bytes={frame?.predicted} size={size} style={style} none="read, not predicted" />
        <Picture
          name="difference"
          bytes={difference}
          size={{ ...size, channels: 1 }}
          style={style}
          palette={style.sequential}
          none="none to tell"
        />
      </div>
      <div class="playing">
        <button
          type="button"
          class="icon-button"
          title={isPlaying ? 'Pause (space)' : 'Play (space)'}
          aria-label={isPlaying ? 'Pause' : 'Play'}
          aria-pressed={isPlaying}
          data-play
          onClick={() => setPlaying(!isPlaying)}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          min={0}
          max={last}
          step={1}
          value={at}
          aria-label="Frame"
          aria-valuetext={frame?.label}
          data-frame={at}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
        <output class="note" data-frame-label>
          {frame?.label}
          {error ? ` · MSE ${measure(error.mse)} · SSIM ${error.ssim.toFixed(3)}` : ''}
        </output>
      </div>
    </div>
  );
}

/** How far each pixel is off, in its channels on average. */
function differenceOf(truth: Uint8Array, predicted: Uint8Array, channels: number): Uint8Array {
  return Uint8Array.from({ length: truth.length / channels }, (_, pixel) => {
    let sum = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++)
      sum += Math.abs((truth[at] ?? 0) - (predicted[at] ?? 0));
    return Math.round(sum / channels);
  });
}

function ErrorsByStep({ sample }: { readonly sample: FramesSample }) {
  return (
    <DataTable
      caption={`Errors of sequence ${sample.sequence} by step ahead`}
      columns={['Ahead', 'MSE', 'SSIM', 'MSE of the last frame', 'its SSIM']}
      rows={sample.errors.map(({ mse, ssim }, at) => [
        String(at + 1),
        measure(mse),
        ssim.toFixed(3),
        measure(sample.lastFrame[at]?.mse),
        sample.lastFrame[at]?.ssim.toFixed(3) ?? '',
      ])}
    />
  );
}

/** Over all sequences that are validated on, beside who learns nothing; the best of each column is marked. */
function Scores({ scores }: { readonly scores: FrameScores }) {
  const { network, lastFrame, meanFrame, ahead } = scores;
  const rows = [
    ['this network', network],
    ['copy of the last frame', lastFrame],
    ['mean frame', meanFrame],
  ] as const;
  const best = {
    mse: Math.min(...rows.map(([, { mse }]) => mse)),
    ssim: Math.max(...rows.map(([, { ssim }]) => ssim)),
  };
  const cell = (isBest: boolean, text: string) => (
    <td class={isBest ? 'best' : ''}>
      {isBest ? <Icon name="check" /> : null}
      {isBest ? <span class="visually-hidden">best: </span> : null}
      {text}
    </td>
  );
  return (
    <table class="errors" data-errors>
      <caption>
        {ahead.length === 1 ? 'One frame ahead' : `One to ${ahead.length} frames ahead, on average`}, on sequences that
        were held out
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">By</span>
          </th>
          <th scope="col" title="Mean squared error, of shades from 0 to 1">
            MSE
          </th>
          <th scope="col" title="Structural similarity: 1 of frames that are alike">
            SSIM
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, { mse, ssim }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cell(mse === best.mse, measure(mse))}
            {cell(ssim === best.ssim, ssim.toFixed(3))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
