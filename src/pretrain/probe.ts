import fs from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { writeFileAtomic } from '../common/files';
import { Random } from '../common/random';
import type { PhantomName } from '../datasets/phantoms/names';
import { drawPhantom } from '../datasets/phantoms/phantom';
import { encodePng } from '../image/encode';
import { train } from '../training/train';

/** The phantoms that a model is tried on. */
const NAMES: readonly PhantomName[] = ['phantom-brain', 'phantom-chest', 'phantom-breast'];

/** What one few-shot run on small phantoms gives. */
export interface ProbeResult {
  name: PhantomName;
  imageAuroc: number | null;
  pixelAuroc: number | null;
}

/**
 * Tries a model in the way it will be used: a few-shot run on each of three small phantom data sets (16 normal images to learn from;
 * `count` normal and `count` abnormal ones to test), of keys that neither the corpus nor a data set for evaluation has.
 */
export async function probe(model: string, dir: string, options: { count: number; epochs: number; seed: number }): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const name of NAMES) {
    const dataset = path.join(dir, name);
    if (!fs.existsSync(path.join(dataset, 'samples', 'test.json'))) await writeProbeSet(name, dataset, options.count);
    const out = path.join(dir, `run-${name}-${options.seed}`);
    fs.rmSync(out, { recursive: true, force: true });
    const settings = { shots: 16, seed: options.seed, epochs: options.epochs };
    const { metrics } = await train({ dataset, model, out, settings });
    results.push({ name, imageAuroc: metrics?.imageAuroc ?? null, pixelAuroc: metrics?.pixelAuroc ?? null });
  }
  return results;
}

async function writeProbeSet(name: PhantomName, dir: string, count: number): Promise<void> {
  const write = async (filename: string, data: Uint8Array, size: number): Promise<void> => {
    writeFileAtomic(path.join(dir, filename), await encodePng({ width: size, height: size, channels: 1, data }));
  };
  const rows: Record<'train' | 'test', object[]> = { train: [], test: [] };
  const common = (label: 0 | 1): object => ({ label, label_name: label ? 'defective' : 'good', clsname: name });
  for (const [split, label, n] of [
    ['train', 0, 16],
    ['test', 0, count],
    ['test', 1, count],
  ] as const) {
    for (let i = 0; i < n; i++) {
      const random = Random.of(0, 'pretrain', 'probe', name, split, label, i);
      const { image, mask } = drawPhantom(name, random, { abnormal: label === 1 });
      const filename = `images/${split}/${label ? 'abnormal' : 'normal'}/${i}.png`;
      await write(filename, image.data as Uint8Array, image.width);
      if (label === 1) {
        const maskName = `images/test/ground_true/${i}.png`;
        await write(maskName, mask.data as Uint8Array, image.width);
        rows[split].push({ filename, ...common(label), mask: maskName });
      } else rows[split].push({ filename, ...common(label) });
    }
  }
  for (const split of ['train', 'test'] as const) {
    writeFileAtomic(path.join(dir, 'samples', `${split}.json`), rows[split].map((row) => JSON.stringify(row)).join('\n') + '\n');
  }
}

async function main(): Promise<void> {
  const program = new Command('probe')
    .description('Few-shot runs of a model on small phantom data sets: how it is chosen between models.')
    .argument('<model>', 'name or folder')
    .option('--work <folder>', 'folder for data sets and runs', 'runs/probe')
    .option('--count <n>', 'normal and abnormal test images, each', '40')
    .option('--epochs <n>', 'of each run', '60')
    .option('--seed <n>', 'of the runs', '0')
    .parse();
  const options = program.opts<{ work: string; count: string; epochs: string; seed: string }>();
  const numbers = { count: Number(options.count), epochs: Number(options.epochs), seed: Number(options.seed) };
  for (const { name, imageAuroc, pixelAuroc } of await probe(program.args[0], options.work, numbers)) {
    process.stdout.write(`${name}  image AUROC ${imageAuroc?.toFixed(4) ?? '-'}  pixel AUROC ${pixelAuroc?.toFixed(4) ?? '-'}\n`);
  }
}

if (require.main === module) void main();
