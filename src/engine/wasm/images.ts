/**
 * How the rows of a batch are pixels: image by image, line by line. Row (image · height + y) · width + x is the pixel at x, y.
 */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Of rows that are no pixels: each is an image by itself, without neighbours. */
export const singlePixel: ImageSize = { height: 1, width: 1 };

/** Rows that must stay together, since a convolution reads one while it makes another. */
export function pixelsOf(image: ImageSize | undefined): number {
  return image ? image.height * image.width : 1;
}

/** Where a convolution's pixels lie from the one that it makes, line by line, as its weights do. */
export function tapsOf(size: number): readonly { readonly dy: number; readonly dx: number }[] {
  const reach = (size - 1) / 2;
  return Array.from({ length: size * size }, (_, tap) => ({
    dy: Math.floor(tap / size) - reach,
    dx: (tap % size) - reach,
  }));
}
