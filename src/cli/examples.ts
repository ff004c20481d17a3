import type { Command } from 'commander';
import { fullName, withDescendants } from './usage';

/** Command lines that the help of each verb shows, as one types them. */
export const EXAMPLES: Record<string, readonly string[]> = {
  'mediclip doctor': ['npx mediclip doctor'],
  'mediclip models list': ['npx mediclip models list'],
  'mediclip models pull': ['npx mediclip models pull openai/clip-vit-large-patch14'],
  'mediclip datasets generate': ['npx mediclip datasets generate phantom-brain --size small --seed 1 --out datasets/small-brain'],
  'mediclip datasets gallery': ['npx mediclip datasets gallery --out phantoms.png'],
  'mediclip datasets trivial': ['npx mediclip datasets trivial phantom-brain'],
  'mediclip datasets prepare': [
    'npx mediclip datasets prepare brainmri --from ~/Downloads/brainmri --out datasets/brainmri',
    'npx mediclip datasets prepare folder --from my-scans --out datasets/my-scans',
    'npx mediclip datasets prepare folder --from my-ct --window brain --slices 30-120 --out datasets/my-ct',
  ],
  'mediclip datasets import': [
    'npx mediclip datasets import bmad --from ~/Downloads/BraTS2021 --out datasets/bmad-brain',
    'npx mediclip datasets import mvtec --from ~/Downloads/mvtec --class bottle --link --out datasets/bottle',
  ],
  'mediclip inspect': ['npx mediclip inspect scan.dcm', 'npx mediclip inspect scan.dcm --window lung --out frames'],
  'mediclip synthesize': ['npx mediclip synthesize --dataset datasets/small-brain --task cutpaste --count 8 --out runs/synthetic'],
  'mediclip train': [
    'npx mediclip train --dataset datasets/small-brain --shots 16 --seed 1 --epochs 20 --out runs/brain',
    'npx mediclip train --dataset datasets/small-brain --method patchcore --out runs/patchcore',
    'npx mediclip train --dataset datasets/my-scans --fit letterbox --out runs/my-scans',
  ],
  'mediclip evaluate': ['npx mediclip evaluate --run runs/brain --dataset datasets/small-brain'],
  'mediclip calibrate': [
    'npx mediclip calibrate --run runs/my-scans --normal more-normal-scans --false-alarms 0.05',
    'npx mediclip calibrate --run runs/my-scans --from-training',
  ],
  'mediclip predict': ['npx mediclip predict --run runs/my-scans scan-1.png new-scans --out runs/predicted'],
  'mediclip report': [
    'npx mediclip report --run runs/brain --out runs/brain.html',
    'npx mediclip report --run runs/brain --compare runs/brain-patchcore --out runs/both.html',
  ],
  'mediclip ablate': [
    'npx mediclip ablate --grid workflow/tiny.yaml --out runs/tiny --dry-run',
    'npx mediclip ablate --grid workflow/tiny.yaml --out runs/tiny',
  ],
  'mediclip table': [
    'npx mediclip table --runs runs/tiny --name components',
    'npx mediclip table --runs runs/tiny --name all --format latex --out tables --figures tables/figures',
  ],
  'mediclip verify': ['npx mediclip verify test/golden'],
  'mediclip bench': ['npx mediclip bench step --json'],
};

/** Adds the examples of each verb to its help. */
export function addExamples(root: Command): void {
  for (const command of withDescendants(root)) {
    const lines = EXAMPLES[fullName(command)] ?? [];
    if (lines.length > 0)
      command.addHelpText('after', `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
}
