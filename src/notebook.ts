// What every notebook imports: settings, data sets, and pictures that need no model. Notebooks
// import this file and not its folder, whose parts they need not know; it loads neither TensorFlow
// nor training, so that the first picture comes soon.
export { Random } from './common/random';
export { evenly } from './common/evenly';
export { sourceName } from './datasets/source-name';
export { kindsOf, supportSet, type Dataset, type Sample } from './datasets/layout';
export { loadSupport } from './datasets/support-images';
export { exampleMontage, openDataset, splitByLabel, supportGallery, variety } from './notebook/dataset';
export { joinedDataset } from './notebook/joined-dataset';
export { ownFolder, reportTable } from './notebook/own-images';
export { parameterExplorer, sweepMontage } from './notebook/parameter-explorer';
export { PARAMETER_SWEEPS, runSweep } from './notebook/parameter-sweeps';
export { perlinMontage, perlinSteps } from './notebook/perlin-steps';
export { kindAurocs, kindAurocTable, kindSentence, rankingTable, rankSamples } from './notebook/ranked-samples';
export { freshRunFolder, notebookSettings } from './notebook/settings';
export { show } from './notebook/show';
export { clearestExample, ONE_SHAPE, taskGallery, taskMontage, type SynthesisSource } from './notebook/synthesis-examples';
export {
  compareStatistics,
  distributionTable,
  exportSynthesisPage,
  publishedStatistics,
  synthesisStatistics,
} from './notebook/synthesis-statistics';
export { liveChart, showTable, showText } from './plots/display';
export { gallery } from './plots/gallery';
export { distributionChart, synthesisCloud, synthesisHistograms } from './plots/synthesis-charts';
