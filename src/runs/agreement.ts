import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../common/errors';
import { currentSettings, trainingConfig, WHOLE_SETTINGS, type TrainingSettings } from './config';
import type { RunRecord } from './run-folder';

/** Options of the command line, by the settings that they set. */
const OPTIONS: Record<string, string> = {
  method: '--method',
  shots: '--shots',
  abnormalShots: '--abnormal-shots',
  seed: '--seed',
  epochs: '--epochs',
  protocol: '--protocol',
  imageSize: '--image-size',
  fit: '--fit',
  keepLeaks: '--keep-leaks',
  calibrate: '--calibrate',
};

/**
 * Compares the requested settings with those with which a run was started. A setting that is not
 * given agrees.
 * @param asked.model - the requested CLIP, if any
 * @throws UserError naming every difference: the option, the value of the run and the given value
 */
export function checkAgreement(
  where: string,
  saved: RunRecord,
  asked: { settings?: TrainingSettings; model?: { name: string; hash: string } },
): void {
  const { model } = asked;
  const settings = currentSettings(asked.settings ?? {}, 'options');
  const wanted = trainingConfig(settings, 'options', saved.config.imageSize);
  const found = differences('', settings, wanted, saved.config);
  if (model && model.hash !== saved.model.hash) found.unshift(['--model', saved.model.name, model.name]);
  if (found.length === 0) return;
  const texts = found.map(([option, has, given]) => `${option}: the run has ${inWords(has)}, given was ${inWords(given)}`);
  throw new UserError(`${where}: was started with other settings: ${texts.join('; ')}; give those of the run, or choose another --out`, 2);
}

/** The given settings whose values differ from those of the run. */
function differences(path: string, given: unknown, wanted: unknown, there: unknown): [option: string, has: unknown, given: unknown][] {
  if (isDeepStrictEqual(wanted, there)) return [];
  if (!isObject(given) || !isObject(wanted) || !isObject(there) || WHOLE_SETTINGS.includes(path))
    return [[OPTIONS[path] ?? path, there, wanted]];
  return Object.keys(given)
    .filter((key) => given[key] !== undefined && (key in wanted || key in there))
    .flatMap((key) => differences(path === '' ? key : `${path}.${key}`, given[key], wanted[key], there[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value);
}
