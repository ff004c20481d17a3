/**
 * Few-shot anomaly detection in medical images: MediCLIP and the methods with which it is compared.
 * For research and teaching; not a medical device.
 * @packageDocumentation
 */
export { importDataset, type ImportDatasetOptions } from './api/import-dataset';
export { openRun, predict } from './api/open-run';
export type { AnomalyMap, AnomalyMask, ImageInput, OpenRun, Prediction, PredictOptions } from './api/open-run';
export { prepareFolder, type PrepareFolderOptions } from './api/prepare-folder';
export type { TrainingSettings } from './api/settings';
export { train, type Identity, type RunRecord, type TrainOptions, type TrainResult } from './api/train';
/**
 * Metrics of scores and maps: functions of plain arrays, and `METRICS`, the table of all metrics
 * that `train` reports.
 */
export * as metrics from './api/metrics';
export { Interrupted, UsageError, UserError } from './common/errors';
export type { LongRun, Progress } from './common/progress';
export { packageVersion } from './common/node/version';
export { generatePhantoms, type PhantomSettings, type PhantomSummary } from './datasets/generate-phantoms';
export type { ImportReport } from './datasets/import/report';
export type { PrepareReport } from './datasets/prepare-report';
export type { ImageMetrics, MetricName, PixelMetrics } from './metrics/metrics';
export type { PhantomName, PhantomSize } from './phantoms/names';
export type { Region } from './image/regions';
export type { ConformalThreshold } from './metrics/conformal';
export type { CalibrateOptions } from './runs/calibrate';
export type { Calibration, VolumeScore } from './runs/calibration';
export type { Metrics } from './runs/evaluate';
export type { HistoryRow } from './runs/history';
export type { Random } from './common/random';
export type { DeepGrayImage } from './image/image';
export { registerTask } from './synthesis/registry';
export type { DrawnPair, TaskDefinition, TaskParameters } from './synthesis/registered-task';
