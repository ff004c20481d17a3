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
   * `partial`: training broke off, or its log does.
   */
  epoch: 'best' | 'last' | 'partial';
  /** Number of the epoch out of 200, where `partial`. */
  at?: number;
  /**
   * What differs from the published method, or is unclear; missing where nothing does. Such a value
   * is not comparable with runs of the published settings.
   */
  setting?: string;
  source: string;
}

const ISSUE = "quoted for the paper's model in issue 6 of the official repository (cnulab/MediCLIP), where a reader reports 0.659";

type Where = Pick<PublishedValue, 'dataset' | 'model' | 'shots' | 'setting' | 'source'>;

/** A training on BrainMRI with ViT-L/14 and all else as in its fork, which is as published. */
function morellini(shots: number, commit: string, folder: string): Where {
  return {
    dataset: 'brainmri',
    model: 'ViT-L/14',
    shots,
    source: `a reader's log, MatteoMorellini/MediCLIP at ${commit}, ${folder}/logger.log`,
  };
}

/** What `adapter unclear` in a setting means. */
export const ADAPTER_NOTE =
  "adapter unclear: at that commit, the fork's adapter adds batch norm, ReLU and dropout to the published one; the log does not say which it used";

/** A training with k = 16. Its log holds its configuration, but not the code of the adapter. */
function umraiz(folder: string, model: string, setting = '', dataset = 'brainmri'): Where {
  const source = `a reader's log, umraiz-ai/mediclip_Jan_25 at 68e37cb, results/${folder}/logger.log`;
  return { dataset, model, shots: 16, setting: `${setting}${setting && '; '}adapter unclear`, source };
}

/** The best and the last epoch of a whole training. */
function whole(where: Where, best: number, last: number): PublishedValue[] {
  const common = { ...where, metric: 'imageAuroc' as const };
  return [
    { ...common, value: best, epoch: 'best' },
    { ...common, value: last, epoch: 'last' },
  ];
}

/** An epoch of a log that breaks off. */
function partial(where: Where, at: number, imageAuroc: number, pixelAuroc?: number): PublishedValue[] {
  const image: PublishedValue = { ...where, metric: 'imageAuroc', value: imageAuroc, epoch: 'partial', at };
  return pixelAuroc === undefined ? [image] : [image, { ...image, metric: 'pixelAuroc', value: pixelAuroc }];
}

const FIVE = morellini(5, 'f75f31b', 'results/brainmri-5_shot-200_epochs');
const TEN = morellini(10, 'b92f0e7', 'important_results/brainmri-10_shot-200_epochs');

/**
 * Numbers for MediCLIP that could be traced to a source. All other values in the tables of Zhang et
 * al. (2024) are missing here, and tables leave them empty.
 */
export const PUBLISHED: readonly PublishedValue[] = [
  { dataset: 'chexpert', model: 'ViT-L/14', shots: 16, metric: 'imageAuroc', value: 0.725, epoch: 'best', source: ISSUE },
  ...whole(morellini(1, 'f75f31b', 'results/brainmri-1_shot-200_epochs'), 0.9361, 0.9318),
  ...partial(FIVE, 105, 0.9213), // the best that the log holds
  ...partial(FIVE, 125, 0.9093), // the last
  ...partial(TEN, 75, 0.9476),
  ...partial(TEN, 135, 0.9075),
  ...whole(umraiz('2025_01_14_01_28_55', 'ViT-L/14'), 0.9424, 0.9076),
  ...whole(umraiz('2025_01_18_01_51_10', 'ViT-L/14'), 0.9531, 0.9171),
  ...whole(umraiz('2025_01_18_03_09_01', 'ViT-L/14', 'Cutpaste .2, GaussIntensityChange .3, Source .2, Identity .3'), 0.9427, 0.9215),
  ...whole(umraiz('2025_01_18_04_40_16', 'ViT-L/14', 'layers 14 and 20 (and 26, which it lacks)'), 0.946, 0.9325),
  ...whole(umraiz('2025_01_18_08_52_34', 'ViT-L/14-336', '224 pixels, exact GELU'), 0.9495, 0.9448),
  ...whole(umraiz('2025_01_18_05_42_59', 'ViT-B/32', 'one adapter, at layer 12'), 0.9489, 0.94),
  ...whole(umraiz('2025_01_18_11_01_48', 'ViT-B/32', 'named ViT-B-32-quickgelu; one adapter, at layer 12'), 0.9399, 0.913),
  ...whole(umraiz('2025_01_18_06_38_23', 'ViT-B/16', 'one adapter, at layer 12'), 0.9223, 0.9076),
  ...whole(umraiz('2025_01_23_18_03_49', 'RN50', 'stages 1 to 4'), 0.8913, 0.8573),
  ...whole(umraiz('2025_01_23_19_54_02', 'RN101', 'stages 1 to 4'), 0.901, 0.8501),
  ...partial(umraiz('2025_01_17_09_00_38', 'ViT-L/14', '', 'busi'), 4, 0.8946, 0.8741),
  ...partial(umraiz('2025_01_17_08_43_41', 'ViT-L/14', '', 'busi'), 5, 0.8697, 0.8896),
];

const SHORT_NAMES: Record<string, string> = {
  'openai/clip-vit-large-patch14': 'ViT-L/14',
  'openai/clip-vit-large-patch14-336': 'ViT-L/14-336',
  'openai/clip-vit-base-patch32': 'ViT-B/32',
  'openai/clip-vit-base-patch16': 'ViT-B/16',
  'laion/CLIP-ViT-B-16-laion2B-s34B-b88K': 'OpenCLIP ViT-B/16',
  'microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224': 'BiomedCLIP',
  'google/siglip-base-patch16-224': 'SigLIP B/16',
  'google/siglip2-base-patch16-224': 'SigLIP 2 B/16',
  'google/medsiglip-448': 'MedSigLIP',
  'facebook/dinov2-base': 'DINOv2 ViT-B/14',
  'facebook/dinov2-with-registers-base': 'DINOv2 ViT-B/14, registers',
  'facebook/dinov3-vitb16-pretrain-lvd1689m': 'DINOv3 ViT-B/16',
};

/** The name that papers use for a checkpoint, or else the checkpoint's own name. */
export function shortModelName(name: string): string {
  return SHORT_NAMES[name] ?? name;
}

/**
 * Published numbers for MediCLIP with the published settings on a data set with a CLIP.
 * @param model - its short name
 */
export function publishedFor(dataset: string, metric: MetricName, model: string): PublishedValue[] {
  const comparable = PUBLISHED.filter(({ setting }) => setting === undefined);
  return comparable.filter((value) => value.dataset === dataset && value.metric === metric && value.model === model);
}

/** Which epoch a published value is of, in words. */
export function epochText({ epoch, at }: PublishedValue): string {
  return epoch === 'partial' ? `epoch ${at ?? '?'} of 200, broken off` : `${epoch} epoch`;
}
