import fs from 'node:fs';
import path from 'node:path';
import { openClipFolder } from '../../backbones/node/open-folder';
import { initBackend } from '../../common/node/backend';
import { projectRoot } from '../../common/node/project-root';
import type { Bench, BenchOptions, Comparison } from './bench';
import { lastLine } from './child';
import { againstLimit } from './limit';
import { benchConfig, writeRandomClip } from './random-clip';
import { hasBenchPython, PythonSide } from './python-side';
import { alternate, ratios, seconds, spread, measureDuration, type Spread } from './spread';

/** The first cell of a notebook: it shows a chart of the project. */
const FIRST_CELL = `
import { curveChart } from './src/plots/curve-chart';
import { show } from './src/plots/display';
await show(curveChart({ title: 'first', subtitle: '', x: [0, 1], y: [0, 1], xTitle: 'x', yTitle: 'y', interpolate: 'linear', chance: [[0, 0], [1, 1]], alt: 'a line' }));
`;

/** How long it takes until one can start to work. */
export const start: Bench = {
  about: 'kernel to first picture, import of src, loading the embedded model and ViT-L/14 (against PyTorch)',
  needsPython: true,
  rounds: 3,
  async run(options) {
    await initBackend();
    const { rounds } = options;
    const comparisons = [
      ...(options.quick ? [] : [againstLimit('kernel start to first picture', await kernel(rounds), 4)]),
      againstLimit('import of what training needs from src', await importing(rounds, options.signal), 1),
      againstLimit('loading the embedded model', await loading(path.join(projectRoot(), 'models', 'compact'), rounds), 0.3),
    ];
    return { comparisons: [...comparisons, ...(hasBenchPython() ? [await checkpoint(options)] : [])], figures: {} };
  },
};

async function kernel(rounds: number): Promise<Spread> {
  const python = path.join(projectRoot(), '.venv', 'bin', 'python');
  const { side } = await PythonSide.start('kernel_start', { code: FIRST_CELL }, fs.existsSync(python) ? python : 'python3');
  try {
    const { kernel: times } = await alternate({ kernel: () => side.go() }, rounds);
    return times.seconds;
  } finally {
    side.close();
  }
}

async function importing(rounds: number, signal?: AbortSignal): Promise<Spread> {
  const code = "const t = performance.now(); require('./src/runs/train.ts'); console.log((performance.now() - t) / 1000); process.exit(0)";
  const values: number[] = [];
  for (let i = 0; i < rounds; i++) values.push(await lastLine<number>(process.execPath, ['--require', 'tsx/cjs', '-e', code], signal));
  return spread(values);
}

/** Both towers, ready to encode. */
async function load(dir: string): Promise<void> {
  const clip = await openClipFolder(dir);
  void [clip.frozenImageEncoder, clip.textEncoder]; // each is loaded on first access
  clip.dispose();
}

async function loading(dir: string, rounds: number): Promise<Spread> {
  const values: number[] = [];
  for (let i = 0; i <= rounds; i++) values.push(await seconds(() => load(dir)));
  return spread(values.slice(1));
}

async function checkpoint(options: BenchOptions): Promise<Comparison> {
  const dir = writeRandomClip(path.join(options.folder, 'clip'), benchConfig(options));
  const { side } = await PythonSide.start('load', { file: path.join(dir, 'model.safetensors') });
  try {
    const times = await alternate({ ours: () => measureDuration(() => load(dir)), PyTorch: () => side.go() }, options.rounds, options);
    return {
      what: 'loading ViT-L/14 from safetensors',
      ours: { label: 'ours, ready to encode', unit: 's', ...times.ours.seconds },
      other: { label: 'PyTorch, separate tensors', unit: 's', ...times.PyTorch.seconds },
      ratioOf: 'ours / PyTorch',
      ratio: ratios(times.ours.seconds, times.PyTorch.seconds),
      goal: { atMost: 1 },
    };
  } finally {
    side.close();
  }
}
