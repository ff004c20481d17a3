// What the notebook of ablation tables imports: grids of runs, and the tables and charts of their
// results.
export { checkGrid, type GridVariant } from '../ablation/grid';
export { seedDots } from '../plots/seed-dots';
export { figureOf } from '../tables/figures';
export { formatTable } from '../tables/format';
export { aurocHistogram, firstResamples, resampleRun } from './resamples';
export { committedRows, finishRuns, gridDataset, plannedResults, planRuns, writeTables } from './table-runs';
export {
  committedTable,
  differenceChart,
  frameTable,
  publishedTable,
  queryTable,
  seedPoints,
  shotsSentence,
  spreadSentence,
  verdictList,
  verdictSentence,
  verdictTable,
} from './table-views';
