import { METHODS } from '../methods/registry';
import type { ComparedRow } from './compare';
import { METRICS } from '../metrics/metrics';
import { shortModelName } from './published';
import type { TableName } from './queries';

const SUBJECT: Record<TableName, string> = {
  comparison: 'Methods by number k of normal training images (k = 0: the method uses none)',
  pixel: 'Localisation of anomalies: methods by number k of normal training images (k = 0: the method uses none)',
  components: 'MediCLIP with parts removed or changed; differences are from the first row',
  tasks: 'MediCLIP by the synthesis tasks used in training; differences are from the first row',
  epochs: 'MediCLIP by the number of epochs (0: adapters and prompts as they start); differences are from zero-shot CLIP',
  transfer: 'MediCLIP trained on one data set and tested on others, compared with zero-shot CLIP',
  backbones: 'Methods on several backbones, by number k of normal training images',
  classes: 'Methods by class, and the mean over all classes of a data set in which the metric is defined',
  kinds: 'Methods by kind of anomaly: the test images of each kind against all normal ones',
};

const PROTOCOL: Record<string, string> = {
  fixed: 'an epoch fixed in advance, not chosen on the test set (protocol fixed)',
  paper: 'the best epoch on the test set itself, which is optimistic (protocol paper)',
};

/**
 * The caption of a table: what it shows, the unit, the protocol, the model and the length of
 * training.
 */
export function captionOf(name: TableName, data: readonly ComparedRow[]): string {
  const metrics = [...new Set(data.map(({ metric }) => METRICS[metric].title))];
  const trained = data.filter(({ method }) => METHODS[method].epochs);
  const protocols = [...new Set((trained.length > 0 ? trained : data).map(({ protocol }) => PROTOCOL[protocol] ?? protocol))];
  const models = [...new Set(data.map(({ model }) => model))];
  const epochs = [...new Set(trained.map((row) => row.epochs))].sort((a, b) => a - b);
  const sizes = [...new Set(data.map(({ imageSize }) => imageSize))].sort((a, b) => a - b);
  return [
    `${SUBJECT[name]}.`,
    `${capital(metrics.join(' and '))}, mean ± standard deviation over seeds (number of seeds); the best in bold.`,
    `Protocol: ${protocols.join('; or ')}.`,
    `Model: ${models.map(shortModelName).join(', ')};${epochs.length > 0 ? ` ${epochs.join(' or ')} ${epochs.join() === '1' ? 'epoch' : 'epochs'};` : ''} images of ${sizes.join(' or ')} pixels.`,
    ...(models.some((model) => model.startsWith('compact'))
      ? [
          'The compact model was trained by this project on generated images: these numbers say nothing about the published ones, which need ViT-L/14.',
        ]
      : []),
    ...(name === 'comparison' || name === 'pixel' || name === 'backbones'
      ? ['Published: values for MediCLIP with a known source; empty if the value in the paper (Zhang et al. 2024) could not be looked up.']
      : []),
  ].join(' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
