import type { MetricName } from '../metrics/metrics';

/** A number that others published, with its source. */
export interface PublishedValue {
  dataset: string;
  /** Short name of the CLIP. */
  model: string;
  shots: number;
  metric: MetricName;
  /** In [0, 1]. */
  value: number;
  /**
   * `best`: the best epoch by the test metric (protocol `paper`); `last`: the last epoch;
   * `partial`: training had not finished.
   */
  epoch: 'best' | 'last' | 'partial';
  source: string;
}

const ISSUE = "quoted for the paper's model in issue 6 of the official repository (cnulab/MediCLIP), where a reader reports 65.9";
const LOGS = 'training logs in public forks of the official repository, not the paper';

/** Two values from one training log: the best and the last epoch. */
function fromLog(model: string, shots: number, best: number, last: number): PublishedValue[] {
  const common = { dataset: 'brainmri', model, shots, metric: 'imageAuroc' as const, source: LOGS };
  return [
    { ...common, value: best, epoch: 'best' },
    { ...common, value: last, epoch: 'last' },
  ];
}

/**
 * Numbers for MediCLIP that could be traced to a source. All other values in the tables of Zhang et
 * al. (2024) are missing here, and tables leave them empty.
 */
export const PUBLISHED: readonly PublishedValue[] = [
  { dataset: 'chexpert', model: 'ViT-L/14', shots: 16, metric: 'imageAuroc', value: 0.725, epoch: 'best', source: ISSUE },
  ...fromLog('ViT-L/14', 1, 0.936, 0.932),
  ...fromLog('ViT-L/14', 5, 0.921, 0.909),
  ...fromLog('ViT-L/14', 10, 0.948, 0.908),
  ...fromLog('ViT-L/14', 16, 0.942, 0.908),
  ...fromLog('ViT-L/14', 16, 0.953, 0.917),
  ...fromLog('ViT-L/14-336', 16, 0.95, 0.945),
  ...fromLog('ViT-B/32', 16, 0.949, 0.94),
  ...fromLog('ViT-B/16', 16, 0.922, 0.908),
  { dataset: 'busi', model: 'ViT-L/14', shots: 16, metric: 'imageAuroc', value: 0.895, epoch: 'partial', source: LOGS },
  { dataset: 'busi', model: 'ViT-L/14', shots: 16, metric: 'pixelAuroc', value: 0.89, epoch: 'partial', source: LOGS },
];

const SHORT_NAMES: Record<string, string> = {
  'openai/clip-vit-large-patch14': 'ViT-L/14',
  'openai/clip-vit-large-patch14-336': 'ViT-L/14-336',
  'openai/clip-vit-base-patch32': 'ViT-B/32',
  'openai/clip-vit-base-patch16': 'ViT-B/16',
};

/** The name that papers use for a checkpoint, or else the checkpoint's own name. */
export function shortModelName(name: string): string {
  return SHORT_NAMES[name] ?? name;
}

/**
 * Published numbers for MediCLIP on a data set with a CLIP.
 * @param model - its short name
 */
export function publishedFor(dataset: string, metric: MetricName, model: string): PublishedValue[] {
  return PUBLISHED.filter((value) => value.dataset === dataset && value.metric === metric && value.model === model);
}
