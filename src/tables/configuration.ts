import fs from 'node:fs';
import path from 'node:path';
import { variantInWords, variantOf } from '../runs/variant';
import { RunFolder, type RunRecord } from '../runs/run-folder';

/** How a folder of runs was made: everything that the tables do not show. */
export interface Configuration {
  runs: number;
  versions: string[];
  backends: string[];
  models: { name: string; hash: string }[];
  datasets: { name: string; hash: string }[];
  /** The settings that all runs share. All settings of a run are in its own `config.json`. */
  shared: Record<string, unknown>;
  /** The methods and variants, in words. */
  methods: string[];
}

/** Collects the configuration of the finished runs of a folder. */
export function configurationOf(dir: string): Configuration {
  const folders = fs
    .readdirSync(dir)
    .sort()
    .map((name) => new RunFolder(path.join(dir, name)))
    .filter((folder) => folder.begun && fs.existsSync(folder.file('metrics.json')));
  const records = folders.map((folder) => folder.readRecord());
  const distinct = <T>(of: (record: RunRecord) => T): T[] => {
    const texts = new Set(records.map((record) => JSON.stringify(of(record) ?? null)));
    return [...texts].sort().map((text) => JSON.parse(text) as T);
  };
  const keys = [...new Set(records.flatMap(({ config }) => Object.keys(config)))] as (keyof RunRecord['config'])[];
  const shared = keys.flatMap((key) => {
    const values = distinct((record) => record.config[key]);
    return values.length === 1 ? [[key, values[0]]] : [];
  });
  return {
    runs: records.length,
    versions: distinct(({ version }) => version),
    backends: distinct(({ backend }) => backend),
    models: distinct(({ model: { name, hash } }) => ({ name, hash })),
    datasets: distinct(({ dataset: { name, hash } }) => ({ name, hash })),
    shared: Object.fromEntries(shared) as Record<string, unknown>,
    methods: distinct(({ config }) => variantInWords(variantOf(config))),
  };
}
