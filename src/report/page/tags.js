'use strict';
// Tags: words that the reader gives to images. They are kept in this browser for this run and test
// set, and can be saved as CSV.

page.tags = (() => {
  const { data, items, byId, number } = page;
  const key = 'mediclip-report ' + data.id;
  let kept = {};
  try {
    const read = JSON.parse(localStorage.getItem(key) || '{}');
    if (read && typeof read === 'object') kept = read;
  } catch {
    kept = {}; // the browser keeps nothing for files, or something else was kept there
  }

  const of = ({ file }) => (Object.hasOwn(kept, file) ? String(kept[file]) : '');

  function set({ file }, text) {
    if (text.trim() === '') delete kept[file];
    else kept[file] = text.trim();
    try {
      localStorage.setItem(key, JSON.stringify(kept));
      byId('tag-kept').textContent = '';
    } catch {
      byId('tag-kept').textContent = 'This browser keeps no tags for this page: save them as CSV before you close it.';
    }
    page.changed();
  }

  /** A cell of a CSV file; what a spreadsheet would take for a formula begins with an apostrophe. */
  function cell(value) {
    const text =
      typeof value === 'string' && /^[\s\u0000-\u001f]*[=+\-@\uff0b\uff0d\uff1d\uff20]/.test(value) ? "'" + value : String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  function csv() {
    const tagged = items.filter((item) => of(item) !== '');
    const rows = tagged.map((item) => [
      item.file,
      item.source || '',
      item.label,
      number(item.score),
      page.WORDS[page.outcomeOf(item)],
      of(item),
    ]);
    return [['filename', 'source', 'label', 'score', 'outcome', 'tag'], ...rows].map((row) => row.map(cell).join(',') + '\n').join('');
  }

  byId('tags-csv').addEventListener('click', () => {
    const url = URL.createObjectURL(new Blob([csv()], { type: 'text/csv' }));
    page.element('a', { href: url, download: 'tags.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });

  return { of, set, csv };
})();
