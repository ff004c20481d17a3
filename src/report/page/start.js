'use strict';
// The page opens with the mistakes, if there are any. `data-ready` on the document says that it is
// complete.

{
  const { data, items, state } = page;
  const { value, strictly } = data.threshold;
  page.moveTo(value, strictly);
  if (items.some((item) => ['fp', 'fn'].includes(page.outcomeOf(item)))) {
    state.outcomes.add('fp').add('fn');
    page.changed();
  }
  page.detail.openLinked();
  document.documentElement.dataset.ready = 'true';
}
