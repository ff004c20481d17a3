'use strict';
// The board: threshold, confusion matrix, ROC curve, the table by kind of anomaly, and the
// comparison with another run.

(() => {
  const { data, items, levels, state, byId, element, number, share } = page;
  const { suggestions } = data;

  function drawStrip() {
    const canvas = byId('strip');
    const { clientWidth: width, clientHeight: height } = canvas;
    const context = sharpContext(canvas);
    const style = getComputedStyle(document.documentElement);
    const [left, room] = [9, width - 18]; // the slider's thumb stays half its width away from both ends
    const step = room / levels.length;
    const counts = new Map(levels.map((level) => [level, [0, 0]]));
    for (const { label, score } of items) counts.get(score)[label]++;
    levels.forEach((level, i) => {
      counts.get(level).forEach((count, label) => {
        if (count === 0) return;
        context.fillStyle = style.getPropertyValue(label === 1 ? '--abnormal' : '--normal');
        context.fillRect(left + i * step, label === 1 ? 0 : height / 2 + 1, Math.max(step * 0.85, 1), height / 2 - 2);
      });
    });
    context.fillStyle = style.getPropertyValue('--ink');
    context.fillRect(left + state.position * step - 1, 0, 2, height);
  }

  /** A context whose unit is a pixel of the page, however dense the screen is. */
  function sharpContext(canvas) {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    return context;
  }

  const all = [items.filter(({ label }) => label === 0).length, items.filter(({ label }) => label === 1).length];
  /** Rates of false alarms and of findings among images that score at or above each level. */
  const roc = [{ x: 0, y: 0 }];
  for (const level of [...levels].reverse()) {
    const above = items.filter(({ score }) => score >= level);
    const found = above.filter(({ label }) => label === 1).length;
    roc.push({ x: (above.length - found) / all[0], y: found / all[1] });
  }

  function drawRoc() {
    const canvas = byId('roc');
    if (!canvas) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const context = sharpContext(canvas);
    const style = getComputedStyle(document.documentElement);
    const at = ({ x, y }) => [6 + x * (width - 12), height - 6 - y * (height - 12)];
    const line = (points, colour, dash) => {
      context.strokeStyle = style.getPropertyValue(colour);
      context.setLineDash(dash);
      context.lineWidth = 1.6;
      context.beginPath();
      points.forEach((point) => context.lineTo(...at(point)));
      context.stroke();
    };
    line(
      [
        { x: 0, y: 0 },
        { x: 0, y: 1 },
        { x: 1, y: 1 },
        { x: 1, y: 0 },
        { x: 0, y: 0 },
      ],
      '--line',
      [],
    );
    line(
      [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
      '--line',
      [4, 3],
    );
    line(roc, '--ink', []);
    const point = roc[levels.length - state.position];
    context.fillStyle = style.getPropertyValue('--abnormal');
    context.beginPath();
    context.arc(...at(point), 5, 0, 2 * Math.PI);
    context.fill();
    canvas.setAttribute(
      'aria-label',
      'ROC curve; at this threshold sensitivity ' + point.y.toFixed(3) + ' and false alarms ' + point.x.toFixed(3),
    );
    byId('roc-point').textContent = 'sensitivity ' + point.y.toFixed(3) + ', false alarms ' + point.x.toFixed(3);
  }

  const kinds = [...new Set(items.flatMap((item) => item.kinds || []))].sort();
  const rows = kinds.map((kind) => {
    const button = element('button', { type: 'button', textContent: kind, title: 'show only this kind' });
    button.addEventListener('click', () => page.toggle(state.kinds, kind));
    const cells = ['images', 'found', 'missed', 'sensitivity'].map(() => element('td'));
    byId('kinds')?.append(element('tr', {}, element('th', { scope: 'row' }, button), ...cells));
    return { kind, button, cells, of: items.filter((item) => (item.kinds || []).includes(kind)) };
  });

  function updateKinds() {
    for (const { kind, button, cells, of } of rows) {
      const found = of.filter((item) => page.outcomeOf(item) === 'tp').length;
      [of.length, found, of.length - found, share(found, of.length)].forEach((value, i) => (cells[i].textContent = value));
      button.setAttribute('aria-pressed', state.kinds.has(kind));
    }
  }

  function updatePairs() {
    if (!data.other) return;
    const counts = { own: 0, other: 0, both: 0, none: 0 };
    for (const item of items) counts[page.list.pairOf(item)]++;
    for (const [pair, count] of Object.entries(counts)) {
      byId('pair-' + pair).querySelector('b').textContent = count;
      byId('pair-' + pair).setAttribute('aria-pressed', state.pairs.has(pair));
    }
  }

  function update() {
    const threshold = page.threshold();
    const counts = { tp: 0, fn: 0, fp: 0, tn: 0 };
    for (const item of items) counts[page.outcomeOf(item)]++;
    const { tp, fn, fp, tn } = counts;
    for (const [outcome, count] of Object.entries(counts)) {
      byId(outcome).querySelector('b').textContent = count;
      byId(outcome).setAttribute('aria-pressed', state.outcomes.has(outcome));
    }
    const rates = {
      sensitivity: share(tp, tp + fn),
      specificity: share(tn, tn + fp),
      precision: share(tp, tp + fp),
      F1: share(2 * tp, 2 * tp + fp + fn),
      accuracy: share(tp + tn, items.length),
    };
    byId('rates').replaceChildren(
      ...Object.entries(rates).map(([name, value]) =>
        element('span', {}, name + ' ', element('b', { id: 'rate-' + name, textContent: value })),
      ),
    );
    byId('slider').value = state.position;
    byId('slider').setAttribute(
      'aria-valuetext',
      'threshold ' + number(threshold) + ': ' + tp + ' found, ' + fn + ' missed, ' + fp + ' false alarms, ' + tn + ' cleared',
    );
    byId('wrong').textContent = '';
    byId('wrong').hidden = true;
    byId('exact').removeAttribute('aria-invalid');
    if (document.activeElement !== byId('exact')) byId('exact').value = threshold === Infinity ? '' : number(threshold);
    byId('threshold').textContent = number(threshold);
    suggestions.forEach((suggestion, i) => byId('suggestion-' + i).setAttribute('aria-pressed', positionOf(suggestion) === state.position));
    updateKinds();
    updatePairs();
    drawStrip();
    drawRoc();
  }

  function positionOf({ value, strictly }) {
    const found = levels.findIndex((level) => (strictly ? level > value : level >= value));
    return found < 0 ? levels.length : found;
  }

  function sayWrong(written) {
    const kept = 'the threshold is still ' + number(page.threshold());
    const hint = /^[+-]?\d+,\d+$/.test(written) ? '; write ' + written.replace(',', '.') : '';
    byId('wrong').textContent =
      written === '' ? 'No number: ' + kept + '.' : '“' + written + '” is not a number' + hint + '; ' + kept + '.';
    byId('wrong').hidden = false;
    byId('exact').setAttribute('aria-invalid', 'true');
  }

  byId('slider').max = levels.length;
  byId('slider').addEventListener('input', () => {
    state.position = Number(byId('slider').value);
    page.changed();
  });
  byId('exact').addEventListener('input', () => {
    const written = byId('exact').value.trim();
    const value = Number(written); // NaN for text that is more than a number, such as 0.5x or 0,5
    if (written !== '' && Number.isFinite(value)) page.moveTo(value);
    else sayWrong(written);
  });
  byId('exact').addEventListener('blur', () => {
    const { textContent } = byId('wrong');
    page.changed();
    byId('wrong').textContent = textContent; // update() reset the field; keep the reason until the threshold moves
    byId('wrong').hidden = textContent === '';
  });
  suggestions.forEach(({ value, strictly }, i) => byId('suggestion-' + i).addEventListener('click', () => page.moveTo(value, strictly)));
  for (const outcome of Object.keys(page.WORDS)) byId(outcome).addEventListener('click', () => page.toggle(state.outcomes, outcome));
  if (data.other) {
    for (const pair of ['own', 'other', 'both', 'none'])
      byId('pair-' + pair).addEventListener('click', () => page.toggle(state.pairs, pair));
  }
  const redraw = () => {
    drawStrip();
    drawRoc();
  };
  new ResizeObserver(redraw).observe(byId('strip'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  page.onChange(update);
})();
