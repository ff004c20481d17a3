// What notebooks import to train, to look into a model, and to test runs. It loads TensorFlow;
// pictures and data sets are in src/notebook.ts.
export { f1Max } from '../metrics/precision-recall';
export { overlayGallery } from '../plots/overlay-gallery';
export { scoredColumns, scoredMontage } from '../plots/scored-montage';
export { metricsTable } from '../plots/metrics-table';
export { placeCloud } from '../plots/place-cloud';
export { rocChart } from '../plots/score-curves';
export { scoreHistogram } from '../plots/score-histogram';
export { thresholdChart } from '../plots/threshold-chart';
export { transferChart } from '../plots/transfer-chart';
export { calibrateRun } from '../runs/calibrate';
export { outcomeOf, testFindings, worstOf } from '../runs/findings';
export { MapProbe } from '../runs/map-probe';
export { keepMapScale } from '../runs/map-scale';
export { predictImages } from '../runs/predict';
export { train } from '../runs/train';
export { cellOf, ratesAt, thresholdFor, transferMatrix, type TransferRun } from '../runs/transfer';
export { architectureOf, dispose, firstEpoch, layerFilm, probeFilm, promptTokens, trainingGallery, untrainedModel } from './training-views';
export {
  agreementExamples,
  exampleMaps,
  gapTable,
  kindTable,
  placesAtHomeAndAway,
  thresholdPanels,
  thresholdSummary,
  thresholdTable,
  transferPoints,
} from './transfer-views';
export { beforeAfter } from './before-after';
export { contrastChart, contrastSentence } from './contrast-views';
export { contrastAtHome, contrastOf, type ContrastPoint } from './model-contrast';
export { gainChart, gainsOver, gainTable } from './gains';
export { liveHistory } from './live-history';
export { peakSentence, resultSentence, thresholdSentence } from './result-sentences';
export { Snapshots } from './snapshots';
export { softmaxChart } from './softmax-chart';
export { curveSentence, testCurve } from './test-curve';
export { testCurveChart } from './test-curve-chart';
export { alarmThreshold, typicalExamples } from './typical';
export { awaySentence, chanceSentence, meansSentence, transferSentence } from './transfer-sentences';
export { untrainedRuns, zeroShotRun } from './untrained-runs';
