import { METHODS } from '../methods/registry';
import type { ComparedRow } from './compare';
import { METRICS } from '../metrics/metrics';
import { shortModelName } from './published';
import type { TableName } from './queries';

const SUBJECT: Record<TableName, string> = {
  comparison: 'Methods by number k of normal training images (k = 0: none is seen)',
  pixel: 'Where the anomaly is: methods by number k of normal training images (k = 0: none is seen)',
  components: 'MediCLIP with parts taken out or changed; differences are to the first row',
  tasks: 'MediCLIP by the synthesis tasks it is trained with; differences are to the first row',
  transfer: 'MediCLIP trained on one data set and tested on others, beside zero-shot CLIP, against which it is tested',
  backbones: 'MediCLIP on several CLIPs, by number k of normal training images',
  kinds: 'Methods by kind of anomaly, the test images of a kind against all normal ones',
};

const PROTOCOL: Record<string, string> = {
  fixed: 'the epoch fixed beforehand, not chosen by the test set (protocol fixed)',
  paper: 'the best epoch by the test set itself, optimistic (protocol paper)',
};

/** What a table shows, in which unit, by which protocol, with which model and how long a training. */
export function captionOf(name: TableName, data: readonly ComparedRow[]): string {
  const metrics = [...new Set(data.map(({ metric }) => METRICS[metric].title))];
  const trained = data.filter(({ method }) => METHODS[method].epochs);
  const protocols = [...new Set((trained.length > 0 ? trained : data).map(({ protocol }) => PROTOCOL[protocol] ?? protocol))];
  const models = [...new Set(data.map(({ model }) => model))];
  const epochs = [...new Set(trained.map((row) => row.epochs))].sort((a, b) => a - b);
  const sizes = [...new Set(data.map(({ imageSize }) => imageSize))].sort((a, b) => a - b);
  return [
    `${SUBJECT[name]}.`,
    `${capital(metrics.join(' and '))} in per cent, mean ± standard deviation over seeds (number of seeds); the best in bold.`,
    `Protocol: ${protocols.join('; or ')}.`,
    `Model: ${models.map(shortModelName).join(', ')};${epochs.length > 0 ? ` ${epochs.join(' or ')} ${epochs.join() === '1' ? 'epoch' : 'epochs'};` : ''} images of ${sizes.join(' or ')} pixels.`,
    ...(models.some((model) => model.startsWith('compact'))
      ? [
          'The compact model was trained by this project on drawn images: these numbers say nothing about published ones, for which ViT-L/14 is needed.',
        ]
      : []),
    ...(name === 'comparison' || name === 'pixel' || name === 'backbones'
      ? [
          'Published: for MediCLIP, as far as a source could be found; empty where the paper (Zhang et al. 2024) has a value that could not be looked up.',
        ]
      : []),
  ].join(' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
