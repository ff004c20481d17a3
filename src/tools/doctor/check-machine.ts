import { dataSetsFinding, diskFinding, modelsFinding } from './assets';
import { backendFinding, checkBackend, gpuFinding } from './backend';
import { type CheckResult } from './finding';
import { setupFindings, setupReport } from './setup';

/**
 * Checks everything the project needs on this machine and changes nothing. Loading the backends
 * takes a few seconds.
 */
export function checkMachine(): CheckResult[] {
  const report = setupReport();
  const native = checkBackend('native');
  return [
    ...setupFindings(report),
    backendFinding(native, checkBackend('wasm'), process.env.MEDICLIP_BACKEND || undefined),
    gpuFinding(report, native),
    modelsFinding(),
    dataSetsFinding(),
    diskFinding(),
  ];
}
