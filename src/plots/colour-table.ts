/**
 * 256 colours, `[256, 3]`, linear between anchors at even distances.
 * @param anchors - red, green and blue, 0 to 255
 */
export function colourTable(anchors: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from({ length: 768 }, (_, i) => {
    const at = (Math.floor(i / 3) / 255) * (anchors.length - 1);
    const below = Math.min(Math.floor(at), anchors.length - 2);
    return Math.round(anchors[below][i % 3] + (anchors[below + 1][i % 3] - anchors[below][i % 3]) * (at - below));
  });
}
