/** The file with the configuration, as Hugging Face's libraries write it. */
export const HUGGING_FACE_CONFIG = 'config.json';
/** The same of open_clip. */
export const OPEN_CLIP_CONFIG = 'open_clip_config.json';

/** By one of these, a folder with a model is found. */
export const CONFIG_FILES = [HUGGING_FACE_CONFIG, OPEN_CLIP_CONFIG] as const;
