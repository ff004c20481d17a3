'use strict';
// The images: which are shown, in which order, and how each is marked.

page.list = (() => {
  const { items, state, byId, element, number } = page;
  const MARKS = { tp: '\u2713', fn: '\u2717', fp: '\u2717', tn: '\u2713' };

  function picture(source, nothing) {
    return source
      ? element('img', { className: 'picture', src: source, alt: '', loading: 'lazy' })
      : element('span', { className: 'picture', textContent: nothing });
  }

  const cards = items.map((item, i) => {
    const outcome = element('span', { className: 'outcome' });
    const tag = element('span', { className: 'tag' });
    const swatch = element('i', { className: 'swatch ' + (item.label === 1 ? 'abnormal' : 'normal') });
    const scores = number(item.score) + (item.other ? ' | ' + number(item.other.score) : '');
    const button = element('button', { type: 'button' }, picture(item.image, 'no picture'));
    button.append(
      element('span', {}, swatch, scores),
      outcome,
      element('span', {
        className: 'name',
        textContent: item.source || item.name,
        title: item.source ? item.source + ' (' + item.file + ')' : item.file,
      }),
      tag,
    );
    button.addEventListener('click', () => page.detail.open(i));
    return { card: element('li', {}, button), button, outcome, tag };
  });

  const text = (item) => (item.source || item.name).toLowerCase();
  const rankOf = (score) => {
    const places = new Map([...items].sort((a, b) => score(b) - score(a)).map((item, i) => [item, i]));
    return (item) => places.get(item);
  };
  const [own, other] = [rankOf((item) => item.score), rankOf((item) => (item.other ? item.other.score : 0))];
  const ORDERS = {
    score: (a, b) => b.score - a.score,
    rising: (a, b) => a.score - b.score,
    name: (a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }),
    kind: (a, b) => String(a.kinds || '').localeCompare(String(b.kinds || '')) || b.score - a.score,
    differs: (a, b) => Math.abs(own(b) - other(b)) - Math.abs(own(a) - other(a)),
  };

  function isShown(item) {
    const { outcomes, kinds, pairs, search } = state;
    if (outcomes.size > 0 && !outcomes.has(page.outcomeOf(item))) return false;
    if (kinds.size > 0 && !(item.kinds || []).some((kind) => kinds.has(kind))) return false;
    if (pairs.size > 0 && !pairs.has(pairOf(item))) return false;
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const where = [item.name, item.file, item.source || '', (item.kinds || []).join(' '), page.tags.of(item)].join(' ').toLowerCase();
    return words.every((word) => where.includes(word));
  }

  /** Which of two runs is wrong about an image. */
  function pairOf(item) {
    const outcome = page.outcomeOf(item);
    const right = outcome === 'tp' || outcome === 'tn';
    const otherRight = page.otherIsRight(item);
    return right ? (otherRight ? 'none' : 'other') : otherRight ? 'own' : 'both';
  }

  let ordered = '';
  let places = []; // indices of items in the order of the list
  function arrange() {
    if (ordered === state.order) return;
    ordered = state.order;
    places = items.map((_, i) => i).sort((a, b) => ORDERS[state.order](items[a], items[b]) || a - b);
    byId('list').append(...places.map((i) => cards[i].card));
  }

  function update() {
    arrange();
    let visible = 0;
    items.forEach((item, i) => {
      const outcome = page.outcomeOf(item);
      const { card, outcome: words, tag } = cards[i];
      card.dataset.outcome = outcome;
      card.className = outcome === 'fp' || outcome === 'fn' ? 'wrong' : '';
      card.hidden = !isShown(item);
      words.textContent = MARKS[outcome] + ' ' + page.WORDS[outcome];
      tag.textContent = page.tags.of(item);
      tag.hidden = tag.textContent === '';
      if (!card.hidden) visible++;
    });
    byId('count').textContent = visible + ' of ' + items.length + ' images shown';
    const { outcomes, kinds, pairs, search } = state;
    byId('all').setAttribute('aria-pressed', outcomes.size + kinds.size + pairs.size === 0 && search === '');
    const mistakes = outcomes.size === 2 && outcomes.has('fp') && outcomes.has('fn');
    byId('mistakes').setAttribute('aria-pressed', mistakes);
  }

  byId('all').addEventListener('click', () => {
    for (const set of [state.outcomes, state.kinds, state.pairs]) set.clear();
    state.search = byId('search').value = '';
    page.changed();
  });
  byId('mistakes').addEventListener('click', () => {
    state.outcomes.clear();
    state.outcomes.add('fp').add('fn');
    page.changed();
  });
  byId('search').addEventListener('input', () => {
    state.search = byId('search').value;
    page.changed();
  });
  byId('order').addEventListener('change', () => {
    state.order = byId('order').value;
    page.changed();
  });
  byId('maps')?.addEventListener('click', () => {
    const maps = byId('maps').getAttribute('aria-pressed') !== 'true';
    byId('maps').setAttribute('aria-pressed', maps);
    byId('key').hidden = !maps;
    items.forEach((item, i) => cards[i].button.firstChild.replaceWith(picture(maps ? item.map : item.image, 'no picture')));
  });

  page.onChange(update);
  return { cards, pairOf, order: () => places };
})();
