import { detectorMethod } from '../method';
import { AnomalyDino } from './anomalydino';
import { anomalydinoSchema } from './settings';

export const anomalydino = detectorMethod({
  name: 'anomalydino',
  label: 'AnomalyDINO',
  variants: [{ changed: { 'baseline.anomalydino.rotations': 1 }, label: 'AnomalyDINO, no rotations' }],
  role: 'baseline',
  maps: true,
  features: 'projected patches',
  numbersPerPatch: ({ jointWidth }) => jointWidth,
  settings: { key: 'anomalydino', schema: anomalydinoSchema },
  create: ({ backbone, layers, options }) => new AnomalyDino(backbone, layers, options),
});
