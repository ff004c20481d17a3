'use strict';
// The script of a report. Names come from files, so they only ever become text, never markup.
// `data-ready` on the document says that the page is complete.

const data = JSON.parse(document.getElementById('data').textContent);
const { items, suggestions } = data;
const byId = (id) => document.getElementById(id);
const levels = [...new Set(items.map((item) => item.score))].sort((a, b) => a - b); // one slider position per level, and one above all
const WORDS = { tp: 'found', fn: 'missed', fp: 'false alarm', tn: 'cleared' };
const MARKS = { tp: '\u2713', fn: '\u2717', fp: '\u2717', tn: '\u2713' };
const shown = new Set(); // outcomes that the filter shows; empty: all
let position = 0;

const thresholdAt = (at) => (at < levels.length ? levels[at] : Infinity);
const outcomeOf = ({ label, score }, threshold) => (score >= threshold ? (label === 1 ? 'tp' : 'fp') : label === 1 ? 'fn' : 'tn');
const number = (value) => (value === Infinity ? 'above all' : String(Number(value.toPrecision(6))));
const share = (part, whole) => (whole === 0 ? 'undefined' : (part / whole).toFixed(3));

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function picture(source, nothing) {
  return source
    ? element('img', { className: 'picture', src: source, alt: '', loading: 'lazy' })
    : element('span', { className: 'picture', textContent: nothing });
}

const cards = items.map((item, i) => {
  const outcome = element('span', { className: 'outcome' });
  const swatch = element('i', { className: 'swatch ' + (item.label === 1 ? 'abnormal' : 'normal') });
  const button = element('button', { type: 'button' }, picture(item.image, 'no picture'));
  button.append(
    element('span', {}, swatch, number(item.score)),
    outcome,
    element('span', {
      className: 'name',
      textContent: item.source || item.name,
      title: item.source ? item.source + ' (' + item.file + ')' : item.file,
    }),
  );
  button.addEventListener('click', () => open(i));
  const card = element('li', {}, button);
  byId('list').append(card);
  return { card, button, outcome };
});

function drawStrip() {
  const canvas = byId('strip');
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
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
  context.fillRect(left + position * step - 1, 0, 2, height);
}

function update() {
  const threshold = thresholdAt(position);
  const counts = { tp: 0, fn: 0, fp: 0, tn: 0 };
  let visible = 0;
  items.forEach((item, i) => {
    const outcome = outcomeOf(item, threshold);
    counts[outcome]++;
    const { card, outcome: text } = cards[i];
    card.dataset.outcome = outcome;
    card.className = outcome === 'fp' || outcome === 'fn' ? 'wrong' : '';
    card.hidden = shown.size > 0 && !shown.has(outcome);
    text.textContent = MARKS[outcome] + ' ' + WORDS[outcome];
    if (!card.hidden) visible++;
  });
  const { tp, fn, fp, tn } = counts;
  for (const [outcome, count] of Object.entries(counts)) {
    byId(outcome).querySelector('b').textContent = count;
    byId(outcome).setAttribute('aria-pressed', shown.has(outcome));
  }
  byId('all').setAttribute('aria-pressed', shown.size === 0);
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
  byId('slider').value = position;
  byId('slider').setAttribute(
    'aria-valuetext',
    'threshold ' + number(threshold) + ': ' + tp + ' found, ' + fn + ' missed, ' + fp + ' false alarms, ' + tn + ' cleared',
  );
  byId('wrong').textContent = '';
  byId('wrong').hidden = true;
  byId('exact').removeAttribute('aria-invalid');
  if (document.activeElement !== byId('exact')) byId('exact').value = threshold === Infinity ? '' : number(threshold);
  byId('threshold').textContent = number(threshold);
  for (const [i, { value }] of suggestions.entries()) byId('suggestion-' + i).setAttribute('aria-pressed', value === threshold);
  byId('count').textContent = visible + ' of ' + items.length + ' images shown, from the highest score to the lowest';
  drawStrip();
}

function sayWrong(written) {
  const kept = 'the threshold is still ' + number(thresholdAt(position));
  const hint = /^[+-]?\d+,\d+$/.test(written) ? '; write ' + written.replace(',', '.') : '';
  byId('wrong').textContent = written === '' ? 'No number: ' + kept + '.' : '“' + written + '” is not a number' + hint + '; ' + kept + '.';
  byId('wrong').hidden = false;
  byId('exact').setAttribute('aria-invalid', 'true');
}

function moveTo(threshold) {
  const found = levels.findIndex((level) => level >= threshold);
  position = found < 0 ? levels.length : found;
  update();
}

byId('slider').max = levels.length;
byId('slider').addEventListener('input', () => {
  position = Number(byId('slider').value);
  update();
});
byId('exact').addEventListener('input', () => {
  const written = byId('exact').value.trim();
  const value = Number(written); // NaN for text that is more than a number, such as 0.5x or 0,5
  if (written !== '' && Number.isFinite(value)) moveTo(value);
  else sayWrong(written);
});
byId('exact').addEventListener('blur', () => {
  const { textContent } = byId('wrong');
  update();
  byId('wrong').textContent = textContent; // update() reset the field; keep the reason until the threshold moves
  byId('wrong').hidden = textContent === '';
});
suggestions.forEach(({ value }, i) => byId('suggestion-' + i).addEventListener('click', () => moveTo(value)));
for (const outcome of Object.keys(WORDS))
  byId(outcome).addEventListener('click', () => {
    if (!shown.delete(outcome)) shown.add(outcome);
    update();
  });
byId('all').addEventListener('click', () => {
  shown.clear();
  update();
});
byId('maps')?.addEventListener('click', () => {
  const maps = byId('maps').getAttribute('aria-pressed') !== 'true';
  byId('maps').setAttribute('aria-pressed', maps);
  byId('key').hidden = !maps;
  items.forEach((item, i) => cards[i].button.firstChild.replaceWith(picture(maps ? item.map : item.image, 'no picture')));
});
new ResizeObserver(drawStrip).observe(byId('strip'));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawStrip);

const dialog = byId('detail');
let current = 0;

function panel(source, caption, alt, nothing) {
  const seen = source ? element('img', { src: source, alt }) : element('div', { className: 'none', textContent: nothing });
  return element('figure', {}, seen, element('figcaption', { className: 'faint', textContent: caption }));
}

function open(i) {
  current = i;
  const { name, file, source, label, score, image, map, mask } = items[i];
  const outcome = outcomeOf(items[i], thresholdAt(position));
  const truth = label === 1 ? 'abnormal' : 'normal';
  byId('detail-name').textContent = name;
  byId('detail-file').textContent = source ? source + ', in the data set ' + file : file;
  byId('detail-score').textContent =
    'score ' +
    number(score) +
    ', rank ' +
    (i + 1) +
    ' of ' +
    items.length +
    '; true label ' +
    truth +
    ': ' +
    WORDS[outcome] +
    ' at the threshold ' +
    number(thresholdAt(position));
  const limited = image === null ? 'no picture in this page' : null;
  byId('panels').replaceChildren(
    panel(image, 'image', 'test image, ' + truth, limited),
    panel(map, 'anomaly map over the image', 'anomaly map over the image', limited || 'this method gives no maps'),
    panel(mask, 'true mask', 'mask, white where abnormal', limited || (label === 1 ? 'the true extent is not known' : 'nothing to mark')),
  );
  if (!dialog.open) dialog.showModal();
}

function go(step) {
  const visible = items.map((_, i) => i).filter((i) => !cards[i].card.hidden || i === current);
  const next = visible[visible.indexOf(current) + step];
  if (next !== undefined) open(next);
}

byId('previous').addEventListener('click', () => go(-1));
byId('next').addEventListener('click', () => go(1));
byId('close').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowLeft') go(-1);
  if (event.key === 'ArrowRight') go(1);
});
dialog.addEventListener('close', () => cards[current].button.focus());

moveTo(data.threshold);
document.documentElement.dataset.ready = 'true';
