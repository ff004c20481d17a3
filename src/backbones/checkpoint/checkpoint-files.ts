import { parseJson } from '../../common/json';
import { UserError } from '../../common/errors';
import { HUGGING_FACE_CONFIG } from './config-files';
import { memoryBytes, SafetensorsFile } from '../../common/safetensors';

/**
 * The files of a checkpoint, wherever they are: in a folder (`node/checkpoint-folder.ts`), or in
 * memory.
 */
export interface CheckpointFiles {
  /** Its name in errors: the folder. */
  readonly name: string;
  /** Names of all files, sorted; none if they cannot be listed. */
  list(): string[];
  has(file: string): boolean;
  /** The name of a file in errors: its path. */
  pathOf(file: string): string;
  /** @throws UserError that names the file if it is missing, too large or cannot be read */
  readText(file: string): string;
  /**
   * Opens a file of weights: the header is read now, each tensor only on request.
   * @param listedIn - the index that lists the name; such a name may not lead out of the checkpoint
   * @throws UserError if the file is missing, leads out of the checkpoint, or is not safetensors
   */
  openWeights(file: string, listedIn?: string): SafetensorsFile;
}

/** Reads and parses a JSON file of a checkpoint; the error names the file. */
export function readCheckpointJson(files: CheckpointFiles, file: string): unknown {
  return parseJson(files.readText(file), files.pathOf(file));
}

/** `model_type` of a Hugging Face checkpoint, if it has a `config.json` that can be read. */
export function modelTypeOf(files: CheckpointFiles): unknown {
  try {
    return files.has(HUGGING_FACE_CONFIG)
      ? (JSON.parse(files.readText(HUGGING_FACE_CONFIG)) as { model_type?: unknown } | null)?.model_type
      : undefined;
  } catch {
    return undefined; // what is wrong with it is said when it is read
  }
}

/**
 * A checkpoint in memory, for example in a web page that has fetched the files.
 * @param name - its name in errors
 * @param contents - bytes or text of each file
 */
export function memoryCheckpoint(name: string, contents: Readonly<Record<string, string | Uint8Array>>): CheckpointFiles {
  const has = (file: string): boolean => Object.hasOwn(contents, file);
  const pathOf = (file: string): string => `${name}/${file}`;
  const contentOf = (file: string): string | Uint8Array => {
    if (!has(file)) throw new UserError(`${pathOf(file)}: no such file`);
    return contents[file];
  };
  return {
    name,
    list: () => Object.keys(contents).sort(),
    has,
    pathOf,
    readText(file) {
      const content = contentOf(file);
      return typeof content === 'string' ? content : new TextDecoder().decode(content);
    },
    openWeights(file) {
      const content = contentOf(file);
      return SafetensorsFile.open(memoryBytes(pathOf(file), typeof content === 'string' ? new TextEncoder().encode(content) : content));
    },
  };
}
