import { detectorMethod } from '../method';
import { objectOf } from './prompts';
import { winclipSchema } from './settings';
import { WinClip } from './winclip';

export const winclip = detectorMethod({
  name: 'winclip',
  label: 'WinCLIP',
  variants: [{ changed: { 'baseline.winclip.fewShot': false }, label: 'WinCLIP, zero-shot' }],
  role: 'baseline',
  maps: true,
  features: 'windows',
  // because of its windows; measured with the compact model at 224 pixels
  passes: 9,
  settings: { key: 'winclip', schema: winclipSchema },
  seesTraining: ({ fewShot }) => fewShot,
  create: ({ backbone, dataset, options }) => new WinClip(backbone, options, options.object ?? objectOf(dataset)),
});
