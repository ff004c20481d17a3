/**
 * The first bytes of kinds of files that people have instead of weights in safetensors, and what to
 * do about each.
 */
const KINDS: [RegExp, string][] = [
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer to a file that was not downloaded: run "git lfs pull" in its repository'],
  [
    /^PK\x03\x04|^\x80[\x02-\x05]/,
    'a file of PyTorch, which is not read because loading it can run code: save it with save_pretrained(DIR, safe_serialization=True)',
  ],
  [/^GGUF/, 'weights in the format GGUF, which is not supported'],
  [/^\x89HDF/, 'an HDF5 file, which is not supported'],
  [/^\s*<(!DOCTYPE|html|\?xml)/i, 'a web page, perhaps from a failed download'],
  [/^\x1f\x8b|^\x28\xb5\x2f\xfd|^7z\xbc\xaf|^BZh|^\xfd7zXZ/, 'a compressed archive: unpack it first'],
];

/**
 * Describes what a file is by its first bytes (64 are enough); undefined if they are inconclusive.
 */
export function kindOfFile(start: Uint8Array): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, 64));
  if (text[8] === '{') return undefined; // safetensors, whose first bytes are a length and can have any value
  return KINDS.find(([pattern]) => pattern.test(text))?.[1];
}
