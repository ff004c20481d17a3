import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/** Scores of a test set by one run, and a threshold that was set on other images. */
export interface ThresholdPanel {
  trainedOn: string;
  testedOn: string;
  scores: ArrayLike<number>;
  /** 0 normal, 1 abnormal. */
  labels: ArrayLike<number>;
  threshold: number;
}

/**
 * One row per run, one column per test set: one tick per image, normal images above abnormal ones,
 * and the run's threshold as a line. All panels share the axis of scores, so that shifts are seen.
 */
export function thresholdChart(panels: readonly ThresholdPanel[], options: { title?: string } = {}): Chart {
  const [rows, columns] = [panels.map((p) => p.trainedOn), panels.map((p) => p.testedOn)].map((names) => [...new Set(names)]);
  const classes = ['normal', 'abnormal'];
  const scores = panels.flatMap((panel) => Array.from(panel.scores)).concat(panels.map(({ threshold }) => threshold));
  const finite = scores.filter(Number.isFinite);
  const x = {
    field: 'score',
    type: 'quantitative',
    scale: { domain: finite.length > 0 ? [Math.min(...finite), Math.max(...finite)] : [0, 1], zero: false, nice: true },
    axis: { tickCount: 4, grid: false },
  };
  const panelOf = (trainedOn: string, testedOn: string): object => {
    const [lowest, first] = [trainedOn === rows[rows.length - 1], testedOn === columns[0]];
    const own = panels.filter((panel) => panel.trainedOn === trainedOn && panel.testedOn === testedOn);
    const values = own.flatMap((panel) => Array.from(panel.scores, (score, i) => ({ score, class: classes[panel.labels[i]] })));
    return {
      width: 200,
      height: 56,
      title: { text: `${trainedOn} → ${testedOn}`, fontWeight: trainedOn === testedOn ? 600 : 400, fontSize: 11.5, offset: 4 },
      layer: [
        {
          data: { values },
          mark: { type: 'tick', thickness: 1.2, opacity: 0.65, bandSize: 20 },
          encoding: {
            x: { ...x, title: lowest ? 'anomaly score' : null },
            y: {
              field: 'class',
              type: 'nominal',
              title: null,
              sort: classes,
              scale: { domain: classes },
              axis: { ticks: false, domain: false, labels: first },
            },
            color: { field: 'class', type: 'nominal', scale: { domain: classes, range: [COLOURS.normal, COLOURS.abnormal] }, legend: null },
          },
        },
        {
          data: { values: own.filter(({ threshold }) => Number.isFinite(threshold)).map(({ threshold }) => ({ score: threshold })) },
          mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.5, color: COLOURS.text },
          encoding: { x: { ...x, title: lowest ? 'anomaly score' : null } },
        },
      ],
    };
  };
  const spec = {
    ...(options.title ? { title: options.title } : {}),
    columns: columns.length,
    spacing: { row: 18, column: 24 },
    concat: rows.flatMap((row) => columns.map((column) => panelOf(row, column))),
  };
  const summary = panels.map(({ trainedOn, testedOn, scores: of, labels, threshold }) => {
    const above = (label: number): number => Array.from(of).filter((score, i) => labels[i] === label && score >= threshold).length;
    return `${trainedOn} on ${testedOn}: ${above(0)} normal and ${above(1)} abnormal images at or above ${formatNumber(threshold)}`;
  });
  return chart(spec, `Scores of every test image by every run, with one threshold per run. ${summary.join('; ') || 'No results yet.'}`);
}
