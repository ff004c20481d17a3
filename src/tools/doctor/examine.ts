import { dataSetsFinding, diskFinding, modelsFinding } from './assets';
import { backendFinding, checkBackend, gpuFinding } from './backend';
import { type Finding } from './finding';
import { setupFindings, setupReport } from './setup';

/** Looks at everything the project needs on this machine; changes nothing. Takes a few seconds, the backends' loading. */
export function examine(): Finding[] {
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
