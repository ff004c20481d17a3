import type { TaskName } from '../synthesis/task-names';

/** How a task looks in charts: colours that any colour vision tells apart (Paul Tol's "muted"), and shapes beside them. */
export const TASK_STYLE: Record<TaskName, { name: string; colour: string; symbol: string; plotlySymbol: string }> = {
  CutpasteTask: { name: 'Cutpaste', colour: '#332288', symbol: 'circle', plotlySymbol: 'circle' },
  SmoothIntensityTask: { name: 'SmoothIntensity', colour: '#44AA99', symbol: 'square', plotlySymbol: 'square' },
  GaussIntensityChangeTask: { name: 'GaussIntensityChange', colour: '#999933', symbol: 'triangle-up', plotlySymbol: 'triangle-up' },
  SourceTask: { name: 'Source', colour: '#CC6677', symbol: 'diamond', plotlySymbol: 'diamond' },
  SinkTask: { name: 'Sink', colour: '#882255', symbol: 'cross', plotlySymbol: 'cross' },
  IdentityTask: { name: 'Identity', colour: '#767676', symbol: 'circle', plotlySymbol: 'circle-open' },
};
