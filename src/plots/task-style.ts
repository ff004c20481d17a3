import { seriesColour } from '../drawing/style';
import { taskLabel } from '../synthesis/task-label';

/** How a task looks in charts. */
export interface TaskStyle {
  name: string;
  colour: string;
  /** Shape of its points, by Vega's names and by Plotly's. */
  symbol: string;
  plotlySymbol: string;
}

/** Colours that any colour vision tells apart (Paul Tol's "muted"), and shapes beside them. */
const LOOKS: Readonly<Record<string, Omit<TaskStyle, 'name'>>> = {
  CutpasteTask: { colour: '#332288', symbol: 'circle', plotlySymbol: 'circle' },
  SmoothIntensityTask: { colour: '#44AA99', symbol: 'square', plotlySymbol: 'square' },
  GaussIntensityChangeTask: { colour: '#999933', symbol: 'triangle-up', plotlySymbol: 'triangle-up' },
  SourceTask: { colour: '#CC6677', symbol: 'diamond', plotlySymbol: 'diamond' },
  SinkTask: { colour: '#882255', symbol: 'cross', plotlySymbol: 'cross' },
  IdentityTask: { colour: '#767676', symbol: 'circle', plotlySymbol: 'circle-open' },
};

/** How any task looks, registered ones too. */
export function taskStyle(task: string): TaskStyle {
  const look = Object.hasOwn(LOOKS, task) ? LOOKS[task] : { colour: seriesColour(task), symbol: 'circle', plotlySymbol: 'circle' };
  return { name: taskLabel(task), ...look };
}
