import { UserError } from '../common/errors';
import { fingerprintsOf, keysOf } from '../datasets/fingerprints';
import { datasetHash, patientOf, readDataset, type Sample } from '../datasets/layout';
import type { LoadedRun } from './load';
import type { InputOptions } from './prediction/inputs';
import { readSupport } from './run-start';

/** From what a run has learned. */
export interface LearntFrom {
  /** The hashes of its training images. */
  own: ReadonlySet<string>;
  /** These, and the hashes of all images of their patients in its data set. */
  all: ReadonlySet<string>;
  /** These patients, as the data set names them. */
  patients: ReadonlySet<string>;
}

/** What says from what a run has learned. */
export type TrainedRun = Pick<LoadedRun, 'folder' | 'record'>;

/**
 * From what a run has learned, as far as its data set is at hand; a note says if it is not, or has
 * changed.
 * @throws UserError if the call is stopped
 */
export async function learntFrom(run: TrainedRun, options: InputOptions): Promise<LearntFrom> {
  const { own, others } = samplesOf(run, options);
  const reading = { onProgress: options.onProgress, signal: options.signal, phase: 'comparing with training images' };
  const hashes = async (samples: readonly Sample[]): Promise<string[]> => (await fingerprintsOf(samples, reading)).flatMap(keysOf);
  const ownHashes = await hashes(own);
  return { own: new Set(ownHashes), all: new Set([...ownHashes, ...(await hashes(others))]), patients: patientsOf(own) };
}

/** The training images of a run, and all other images of their patients. */
function samplesOf({ folder, record }: TrainedRun, { onNote }: InputOptions): { own: Sample[]; others: Sample[] } {
  const where = `${folder.dir}: its data set, ${record.dataset.dir},`;
  const doubt = `${where} is missing or has changed: training images among these may not be recognised`;
  try {
    const dataset = readDataset(record.dataset);
    if (datasetHash(dataset, record.dataset.hash) !== record.dataset.hash) onNote?.(doubt);
    const { support, abnormal } = readSupport(folder, dataset);
    const own = [...support, ...abnormal];
    const patients = patientsOf(own);
    const others = [...dataset.train, ...dataset.trainAbnormal, ...dataset.test].filter(
      (sample) => !own.includes(sample) && patients.has(patientOf(sample) ?? ''),
    );
    return { own, others };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onNote?.(doubt);
    return { own: [], others: [] };
  }
}

function patientsOf(samples: readonly Sample[]): Set<string> {
  return new Set(samples.flatMap((sample) => patientOf(sample) ?? []));
}
