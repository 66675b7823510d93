import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ChartStyle } from '../chart-style';
import type { Palette } from './palette';

export interface FrameSize {
  readonly height: number;
  readonly width: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: number;
}

interface PictureProps {
  readonly name: string;
  /** [height, width, channels]; undefined where there is none. */
  readonly bytes: Uint8Array | undefined;
  readonly size: FrameSize;
  readonly style: ChartStyle;
  /** Colours of one channel; absent: shades of grey, as they are in the file. */
  readonly palette?: Palette;
  /** What is said where there is none. */
  readonly none: string;
}

/** A picture of few pixels, each of them a square with sharp edges. */
export function Picture({ name, bytes, size, style, palette, none }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { height, width, channels } = size;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    if (!bytes) {
      context.clearRect(0, 0, width, height);
      return;
    }
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let channel = 0; channel < 4; channel++)
        image.data[4 * pixel + channel] = channelOf(bytes, pixel, channels, channel, palette);
    }
    context.putImageData(image, 0, 0);
  }, [bytes, height, width, channels, palette, style.id]);
  return (
    <figure class="picture" data-picture={name} data-empty={bytes ? undefined : true}>
      <div class="picture-box" style={{ aspectRatio: `${width} / ${height}` }}>
        <canvas ref={canvas} width={width} height={height} role="img" aria-label={bytes ? name : `${name}: ${none}`} />
        {bytes ? null : <span class="note">{none}</span>}
      </div>
      <figcaption>{name}</figcaption>
    </figure>
  );
}

function channelOf(bytes: Uint8Array, pixel: number, channels: number, channel: number, palette?: Palette): number {
  if (palette) return palette[4 * (bytes[pixel] ?? 0) + channel] ?? 0;
  if (channel === 3) return 255;
  return bytes[pixel * channels + (channels === 1 ? 0 : channel)] ?? 0;
}
