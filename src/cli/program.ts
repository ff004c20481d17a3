import { Command, Help } from 'commander';
import { isBuilt } from '../common/node/project-root';
import { packageVersion } from '../common/node/version';
import { registerAblate } from './ablate';
import { registerBench } from './bench';
import { registerCalibrate } from './calibrate';
import { registerGenerate } from './datasets-generate';
import { registerImport } from './datasets-import';
import { registerPrepare } from './datasets-prepare';
import { registerDoctor } from './doctor';
import { registerEvaluate } from './evaluate';
import { addExamples } from './examples';
import { registerInspect } from './inspect';
import { registerModels } from './models';
import { registerPredict } from './predict';
import { registerReport } from './report';
import { registerSynthesize } from './synthesize';
import { registerTable } from './table';
import { registerTrain } from './train';
import { checkValues, withDescendants } from './usage';
import { registerVerify } from './verify';

/** The program with all its verbs. It throws what commander refuses, and does not print it. */
export function program(): Command {
  const root = new Command('mediclip')
    .description('Few-shot anomaly detection in medical images (MediCLIP).\nResearch and teaching only; not a medical device.')
    .version(packageVersion())
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ optionDescription: (option) => `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}` })
    .addHelpText('after', '\n"npx mediclip VERB --help" shows the options of a verb and an example.')
    .enablePositionalOptions();
  if (!isBuilt()) registerDoctor(root);
  registerModels(root);
  const datasets = root.command('datasets').description('generate procedural data sets, prepare downloaded ones, import splits of others');
  registerGenerate(datasets);
  registerPrepare(datasets);
  registerImport(datasets);
  registerInspect(root);
  registerSynthesize(root);
  registerTrain(root);
  registerEvaluate(root);
  registerCalibrate(root);
  registerPredict(root);
  registerReport(root);
  registerAblate(root);
  registerTable(root);
  if (!isBuilt()) {
    // the workshop: they read the sources' folder
    registerVerify(root);
    registerBench(root);
  }
  addExamples(root);
  for (const command of withDescendants(root)) command.exitOverride();
  root.hook('preAction', (_, command) => checkValues(command));
  return root;
}
