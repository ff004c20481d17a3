import type { Command } from 'commander';
import { interruptSignal } from './interrupt';
import { megabytes } from '../common/bytes';
import { printable } from '../common/printable';
import { emit } from './output';

/** `models list` and `models pull`. */
export function registerModels(root: Command): void {
  const models = root.command('models').description('list and fetch backbones: CLIP, open_clip, BiomedCLIP, SigLIP, DINOv2, DINOv3');

  models
    .command('list')
    .description('models below models/: family, size, parameters, layers, image size, licence')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { listModels } = await import('../models/list');
      emit(json, listModels(), (found) =>
        found.length === 0
          ? ['no models yet; "npx mediclip models pull openai/clip-vit-large-patch14" fetches one']
          : found.map(({ name, bytes, facts, licence, note, problem }) => {
              const size = `${name.padEnd(36)} ${megabytes(bytes).padStart(9)}`;
              if (!facts) return `${size}  cannot be used: ${problem}`;
              const { family, parameters, imageLayers, textLayers, imageWidth, imageSize, patchSize } = facts;
              const counts = `${(parameters / 1e6).toFixed(1)} M parameters, ${imageLayers} image ${textLayers > 0 ? `and ${textLayers} text layers` : 'layers, no text'}`;
              const remarks = [licence && `licence ${printable(licence)}`, note].filter((remark) => remark).map((remark) => `; ${remark}`);
              return `${size}  ${family}, ${counts}, width ${imageWidth}, images ${imageSize} x ${imageSize} in patches of ${patchSize}${remarks.join('')}`;
            }),
      );
    });

  models
    .command('pull')
    .description('fetch a model from the Hugging Face hub into models/; continues an interrupted download')
    .argument('<name>', 'name on the hub; the paper uses openai/clip-vit-large-patch14')
    .option('--revision <revision>', 'branch, tag or commit', 'main')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nHF_ENDPOINT names another hub, HF_TOKEN gives access to gated models; HTTPS_PROXY and NO_PROXY are honoured.')
    .action(async (name: string, { revision, json }: { revision: string; json?: boolean }) => {
      const { pullModel } = await import('../models/pull');
      const { progressBar } = await import('../common/node/progress-bar');
      const bar = progressBar();
      try {
        const pulled = await pullModel(name, { revision, onProgress: bar.onProgress, signal: interruptSignal() });
        bar.clear();
        emit(json, pulled, ({ dir, bytes, fetched }) => [
          `${name}: ${megabytes(bytes)} in ${dir} (${megabytes(fetched)} fetched now), checksums verified`,
        ]);
      } finally {
        bar.clear();
      }
    });
}
