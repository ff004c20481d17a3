import os from 'node:os';
import { cpuFeatures } from '../../common/node/cpu';
import { packageVersion } from '../../common/node/version';

/** The machine on which something was measured. */
export interface Machine {
  cpu: string;
  /** Cores that this process may use. */
  cores: number;
  memoryGiB: number;
  system: string;
  /**
   * Instruction sets that decide the speed of matrix products, as far as the system reports them.
   */
  features: string[];
  /**
   * Mean number of processes that wanted a core in the minute before the benchmark began; about 0
   * on a quiet machine.
   */
  loadBefore: number;
}

const DECIDING = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'amx_bf16'];

export function machine(): Machine {
  const cpus = os.cpus();
  const features = cpuFeatures();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Number((os.totalmem() / 2 ** 30).toFixed(1)),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    features: DECIDING.filter((name) => features.includes(name)),
    loadBefore: Number(os.loadavg()[0].toFixed(2)),
  };
}

/** Versions of this software, of Node and of the backend; a Python side adds its own. */
export function versions(backend: string): Record<string, string> {
  return { mediclip: packageVersion(), node: process.versions.node, backend };
}
