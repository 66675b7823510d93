import FFT from 'fft.js';

/** How sound becomes what a network reads. */
export interface FeatureForm {
  /** Samples a second. */
  readonly rate: number;
  readonly bands: number;
  /** Frames that make one step: what a network reads at once. */
  readonly together: number;
}

/** Seconds of a frame's window, and from one frame to the next, as speech recognisers have them. */
const windowSeconds = 0.025;
export const frameSeconds = 0.01;
const lowestHertz = 20;
/** Power below this is silence. */
const leastPower = 1e-10;

/**
 * Logarithms of the power in bands of the mel scale, frame by frame: windows of 25 ms (Hann) every 10 ms with their middle on
 * the frame's time, power spectrum, triangles of equal area (Slaney 1998, Auditory toolbox), natural logarithm. The signal is
 * followed and preceded by silence.
 *
 * @returns [frames, bands]
 */
export class LogMel {
  private readonly hop: number;
  private readonly window: Float64Array;
  private readonly size: number;
  private readonly fft: FFT;
  private readonly triangles: readonly Triangle[];

  constructor(private readonly form: Pick<FeatureForm, 'rate' | 'bands'>) {
    const { rate, bands } = form;
    this.hop = Math.round(frameSeconds * rate);
    this.window = hann(Math.round(windowSeconds * rate));
    this.size = 2 ** Math.ceil(Math.log2(this.window.length));
    this.fft = new FFT(this.size);
    this.triangles = melTriangles(rate, this.size, bands);
  }

  /** Frames of so many samples. */
  framesOf(samples: number): number {
    return 1 + Math.floor(samples / this.hop);
  }

  of(samples: Float32Array): Float32Array {
    const { bands } = this.form;
    const { window, fft, size } = this;
    const frames = this.framesOf(samples.length);
    const result = new Float32Array(frames * bands);
    const input = new Array<number>(size).fill(0);
    const spectrum = fft.createComplexArray();
    const power = new Float64Array(size / 2 + 1);
    const left = Math.floor((size - window.length) / 2);
    for (let frame = 0; frame < frames; frame++) {
      const begin = frame * this.hop - size / 2 + left;
      for (let at = 0; at < window.length; at++) input[left + at] = (window[at] as number) * (samples[begin + at] ?? 0);
      fft.realTransform(spectrum, input);
      for (let bin = 0; bin < power.length; bin++)
        power[bin] = (spectrum[2 * bin] as number) ** 2 + (spectrum[2 * bin + 1] as number) ** 2;
      for (const [band, { first, weights }] of this.triangles.entries()) {
        let sum = 0;
        for (let at = 0; at < weights.length; at++) sum += (weights[at] as number) * (power[first + at] as number);
        result[frame * bands + band] = Math.log(Math.max(sum, leastPower));
      }
    }
    return result;
  }
}

/** Weights of the bins of a spectrum from `first` on. */
interface Triangle {
  readonly first: number;
  readonly weights: Float64Array;
}

function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / length));
}

function melTriangles(rate: number, size: number, bands: number): Triangle[] {
  const [low, high] = [melOf(lowestHertz), melOf(rate / 2)];
  const corners = Array.from({ length: bands + 2 }, (_, at) => hertzOf(low + ((high - low) * at) / (bands + 1)));
  return Array.from({ length: bands }, (_, band) => {
    const [from = 0, top = 0, to = 0] = corners.slice(band, band + 3);
    const all = Float64Array.from({ length: size / 2 + 1 }, (_, bin) => {
      const hertz = (bin * rate) / size;
      return (2 / (to - from)) * Math.max(0, Math.min((hertz - from) / (top - from), (to - hertz) / (to - top)));
    });
    const first = all.findIndex((weight) => weight > 0);
    const last = all.findLastIndex((weight) => weight > 0);
    return { first: Math.max(0, first), weights: all.slice(Math.max(0, first), last + 1) };
  });
}

// The mel scale of Slaney's toolbox: even up to 1000 Hz, logarithmic above.
const evenHertz = 200 / 3;
const bend = 1000;
const perMel = Math.log(6.4) / 27;

function melOf(hertz: number): number {
  return hertz < bend ? hertz / evenHertz : bend / evenHertz + Math.log(hertz / bend) / perMel;
}

function hertzOf(mel: number): number {
  return mel < bend / evenHertz ? mel * evenHertz : bend * Math.exp(perMel * (mel - bend / evenHertz));
}
