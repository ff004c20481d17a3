/** How kinds of files begin that people have where weights in safetensors are expected, and what to do about each. */
const KINDS: [RegExp, string][] = [
  [
    /^version https:\/\/git-lfs/,
    'a Git LFS pointer, which stands for a file that was not downloaded: run "git lfs pull" in its repository',
  ],
  [
    /^PK\x03\x04|^\x80[\x02-\x05]/,
    'a file of PyTorch, which can run code when it is loaded and is not read: save it with save_pretrained(DIR, safe_serialization=True)',
  ],
  [/^GGUF/, 'weights in the format GGUF, which is not read'],
  [/^\x89HDF/, 'an HDF5 file, which is not read'],
  [/^\s*<(!DOCTYPE|html|\?xml)/i, 'a web page, perhaps of a download that failed'],
  [/^\x1f\x8b|^\x28\xb5\x2f\xfd|^7z\xbc\xaf|^BZh|^\xfd7zXZ/, 'a compressed archive: unpack it first'],
];

/** What a file is by its first bytes (64 are enough), as a person would say it; nothing where these tell nothing. */
export function kindOfFile(start: Uint8Array): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, 64));
  if (text[8] === '{') return undefined; // safetensors, whose first bytes are a length and may be any
  return KINDS.find(([pattern]) => pattern.test(text))?.[1];
}
