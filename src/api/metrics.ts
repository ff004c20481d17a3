// Metrics of how well scores and maps find anomalies: functions of plain arrays, for any method.
export { aupro } from '../metrics/aupro';
export { fprAtTpr } from '../metrics/fpr-at-tpr';
export { imageMetrics, METRICS, pixelMetrics } from '../metrics/metrics';
export { averagePrecision, f1Max, prCurve } from '../metrics/precision-recall';
export { auroc, rocCurve } from '../metrics/roc';
