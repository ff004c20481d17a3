import type { Random } from '../../common/random';

/** The simulated sequences; `T1c` is T1 with contrast agent. */
export const SEQUENCES = ['T1', 'T1c', 'T2', 'FLAIR'] as const;
export type Sequence = (typeof SEQUENCES)[number];

/** Everything that has a signal. */
export type Tissue = keyof typeof SIGNALS;

/**
 * Signals relative to the brightest display value, in the order T1, T1c, T2, FLAIR. The order of
 * the tissues in a sequence follows textbooks (CSF dark on T1 and FLAIR and bright on T2, white
 * matter brighter than grey on T1 and darker on T2); the numbers are our choice.
 */
const SIGNALS = {
  csf: [0.14, 0.14, 0.98, 0.08],
  grey: [0.36, 0.38, 0.47, 0.5],
  white: [0.56, 0.55, 0.27, 0.35],
  nucleus: [0.44, 0.45, 0.37, 0.43],
  bone: [0.05, 0.05, 0.04, 0.04],
  marrow: [0.5, 0.52, 0.28, 0.26],
  fat: [0.95, 0.97, 0.66, 0.68],
  muscle: [0.42, 0.48, 0.25, 0.34],
  dura: [0.3, 0.72, 0.12, 0.2],
  sinus: [0.2, 0.95, 0.06, 0.12],
  plexus: [0.4, 0.92, 0.7, 0.45],
  periventricular: [0.44, 0.44, 0.58, 0.68],
  oedema: [0.34, 0.35, 0.78, 0.84],
  tumour: [0.3, 0.5, 0.7, 0.74],
  necrosis: [0.22, 0.2, 0.92, 0.46],
  enhancing: [0.5, 0.99, 0.58, 0.72],
  meningioma: [0.32, 0.94, 0.66, 0.74],
  freshBlood: [0.4, 0.42, 0.12, 0.16],
  oldBlood: [0.95, 0.95, 0.86, 0.93],
  haemosiderin: [0.24, 0.24, 0.05, 0.08],
  plaque: [0.27, 0.29, 0.84, 0.95],
  cavity: [0.16, 0.16, 0.95, 0.12],
  gliosis: [0.36, 0.36, 0.76, 0.9],
} as const;

/**
 * The signals of one scan: those of the sequence, each varied by a few per cent, as between devices
 * and patients.
 */
export function scanSignals(random: Random, sequence: Sequence): Record<Tissue, number> {
  const column = SEQUENCES.indexOf(sequence);
  return Object.fromEntries(
    Object.entries(SIGNALS).map(([tissue, values]) => [tissue, values[column] * (1 + 0.06 * random.normal())]),
  ) as Record<Tissue, number>;
}
