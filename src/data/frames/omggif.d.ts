/** What is used of the library, which comes without types. */
declare module 'omggif' {
  interface FrameInfo {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    /** What becomes of the frame before the next one: 2 it is cleared, 3 what was before is put back, else it stays. */
    readonly disposal: number;
  }

  class GifReader {
    /** Throws where the file is damaged or cut short. */
    constructor(bytes: Uint8Array);
    readonly width: number;
    readonly height: number;
    numFrames(): number;
    frameInfo(index: number): FrameInfo;
    /** Draws a frame over what is there: [height, width, 4]; transparent pixels change nothing. */
    decodeAndBlitFrameRGBA(index: number, screen: Uint8Array): void;
  }

  class GifWriter {
    constructor(
      bytes: Uint8Array,
      width: number,
      height: number,
      options?: { readonly palette?: readonly number[]; readonly loop?: number },
    );
    addFrame(
      x: number,
      y: number,
      width: number,
      height: number,
      indices: ArrayLike<number>,
      options?: {
        readonly palette?: readonly number[];
        /** Hundredths of a second. */
        readonly delay?: number;
        readonly disposal?: number;
        readonly transparent?: number;
      },
    ): number;
    /** How many bytes it has. */
    end(): number;
  }
}
