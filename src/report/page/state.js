'use strict';
// What the parts of a report share. Names come from files, so they only ever become text, never
// markup.

const page = (() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { items } = data;
  const byId = (id) => document.getElementById(id);
  const levels = [...new Set(items.map((item) => item.score))].sort((a, b) => a - b); // one slider position per level, and one above all
  const listeners = [];
  const state = { position: 0, outcomes: new Set(), kinds: new Set(), pairs: new Set(), search: '', order: 'score' };

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  const thresholdAt = (at) => (at < levels.length ? levels[at] : Infinity);
  /** Moves the threshold to the lowest score that is at or above a value; `strictly`: above it. */
  function moveTo(value, strictly = false) {
    const found = levels.findIndex((level) => (strictly ? level > value : level >= value));
    state.position = found < 0 ? levels.length : found;
    changed();
  }
  /** Tells every part that the threshold, a filter, a tag or the order has changed. */
  const changed = () => listeners.forEach((listener) => listener());

  return {
    data,
    items,
    levels,
    state,
    byId,
    element,
    moveTo,
    changed,
    onChange: (listener) => listeners.push(listener),
    threshold: () => thresholdAt(state.position),
    outcomeOf: ({ label, score }) => (score >= thresholdAt(state.position) ? (label === 1 ? 'tp' : 'fp') : label === 1 ? 'fn' : 'tn'),
    /** Whether the other run is right about an image; undefined without another run. */
    otherIsRight: ({ label, other }) => other && data.other.reports(other.score) === (label === 1),
    number: (value) => (value === Infinity ? 'above all' : String(Number(value.toPrecision(6)))),
    share: (part, whole) => (whole === 0 ? 'undefined' : (part / whole).toFixed(3)),
    toggle: (set, value) => {
      if (!set.delete(value)) set.add(value);
      changed();
    },
    WORDS: { tp: 'found', fn: 'missed', fp: 'false alarm', tn: 'cleared' },
  };
})();

if (page.data.other) {
  const { threshold, strictly } = page.data.other;
  page.data.other.reports = (score) => (strictly ? score > threshold : score >= threshold);
}
