'use strict';
// One image: its pictures, the contours of its masks, its tag, and its neighbours in the list and in
// its volume.

page.detail = (() => {
  const { data, items, byId, element, number } = page;
  const { cards } = page.list;
  const dialog = byId('detail');
  let current = 0;
  const settings = { opacity: 0.6, truth: true, called: true };

  function panel(seen, caption) {
    return element('figure', {}, seen, element('figcaption', { className: 'faint', textContent: caption }));
  }

  function picture(source, alt, nothing) {
    return source ? element('img', { src: source, alt }) : element('div', { className: 'none', textContent: nothing });
  }

  /** An image with the map over it and the contours of masks. */
  function layers(image, map, { mask, called }) {
    const stack = element('div', { className: 'stack' }, picture(image, 'test image'));
    if (map) {
      const over = picture(map, 'anomaly map over the image');
      over.className = 'over';
      over.style.opacity = settings.opacity;
      stack.append(over);
    }
    const contours = [
      [settings.truth && mask, '--normal', []],
      [settings.called && called, '--abnormal', [3, 2]],
    ];
    for (const [source, colour, dash] of contours) if (source) stack.append(contour(source, colour, dash));
    return stack;
  }

  /** The edge of a mask as a picture that scales with its image. */
  function contour(source, colour, dash) {
    const canvas = element('canvas', { className: 'over contour' });
    const mask = element('img', { src: source });
    void mask.decode().then(() => {
      const [w, h] = [mask.naturalWidth, mask.naturalHeight];
      const read = Object.assign(element('canvas'), { width: w, height: h }).getContext('2d');
      read.drawImage(mask, 0, 0);
      const { data: pixels } = read.getImageData(0, 0, w, h);
      const inside = (y, x) => y >= 0 && x >= 0 && y < h && x < w && pixels[4 * (y * w + x)] > 127;
      const zoom = 4;
      Object.assign(canvas, { width: zoom * w, height: zoom * h });
      const context = canvas.getContext('2d');
      context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue(colour);
      context.lineWidth = Math.max(2, (zoom * w) / 220);
      context.setLineDash(dash.map((length) => (length * zoom * w) / 220));
      context.beginPath();
      const edge = (y0, x0, y1, x1) => {
        context.moveTo(zoom * x0, zoom * y0);
        context.lineTo(zoom * x1, zoom * y1);
      };
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          if (!inside(y, x)) continue;
          if (!inside(y - 1, x)) edge(y, x, y, x + 1);
          if (!inside(y + 1, x)) edge(y + 1, x, y + 1, x + 1);
          if (!inside(y, x - 1)) edge(y, x, y + 1, x);
          if (!inside(y, x + 1)) edge(y, x + 1, y + 1, x + 1);
        }
      }
      context.stroke();
      canvas.dataset.drawn = 'true';
    });
    return canvas;
  }

  function panels({ label, image, map, mask, called, other }) {
    const limited = image === null ? 'no picture in this page' : null;
    const truth = label === 1 ? 'abnormal' : 'normal';
    const shown = [panel(picture(image, 'test image, ' + truth, limited), 'image')];
    if (image === null || !map) shown.push(panel(picture(null, '', limited || 'this method gives no maps'), 'anomaly map over the image'));
    else shown.push(panel(layers(image, map, { mask, called }), 'anomaly map over the image' + contourWords(mask, called)));
    if (other) {
      const over =
        image !== null && other.map ? layers(image, other.map, { mask }) : picture(null, '', limited || 'this method gives no maps');
      shown.push(panel(over, 'the same by ' + data.other.name));
    }
    const nothing = label === 1 ? 'the true extent is not known' : 'nothing to mark';
    shown.push(panel(picture(mask, 'mask, white where abnormal', limited || nothing), 'true mask'));
    byId('panels').replaceChildren(...shown);
  }

  function contourWords(mask, called) {
    const words = [
      mask && settings.truth ? 'blue: true mask' : '',
      called && settings.called ? 'orange, dashed: above the pixel threshold' : '',
    ].filter(Boolean);
    return words.length > 0 ? ' (' + words.join('; ') + ')' : '';
  }

  function open(i) {
    current = i;
    const item = items[i];
    const { name, file, source, label, score, other } = item;
    const outcome = page.outcomeOf(item);
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
      (label === 1 ? 'abnormal' : 'normal') +
      ': ' +
      page.WORDS[outcome] +
      ' at the threshold ' +
      number(page.threshold()) +
      (item.percentile === undefined
        ? ''
        : '; above ' + Math.floor(100 * item.percentile) + ' % of ' + data.calibration.images + ' normal images') +
      (other ? '; ' + data.other.name + ': score ' + number(other.score) + ', ' + (page.otherIsRight(item) ? 'right' : 'wrong') : '');
    panels(item);
    byId('tag').value = page.tags.of(item);
    showVolume(item);
    history.replaceState(null, '', '#' + encodeURIComponent(file));
    if (!dialog.open) dialog.showModal();
  }

  /** The slices of the volume of an image, in their order. */
  const slicesOf = ({ volume }) => items.filter((item) => item.volume === volume).sort((a, b) => a.slice - b.slice);

  function showVolume(item) {
    const slices = item.volume === undefined ? [] : slicesOf(item);
    byId('volume').hidden = slices.length < 2;
    if (slices.length < 2) return;
    const at = slices.indexOf(item);
    byId('slice').max = slices.length - 1;
    byId('slice').value = at;
    byId('slice-words').textContent = 'slice ' + item.slice + ' (' + (at + 1) + ' of ' + slices.length + ' in the test set)';
  }

  function go(step) {
    const visible = page.list.order().filter((i) => !cards[i].card.hidden || i === current);
    const next = visible[visible.indexOf(current) + step];
    if (next !== undefined) open(next);
  }

  /** Opens the image that the address names. */
  function openLinked() {
    let file = '';
    try {
      file = decodeURIComponent(location.hash.slice(1));
    } catch {
      return; // not an address that this page made
    }
    const linked = items.findIndex((item) => item.file === file);
    if (linked >= 0 && !(dialog.open && linked === current)) open(linked);
  }

  byId('previous').addEventListener('click', () => go(-1));
  byId('next').addEventListener('click', () => go(1));
  byId('close').addEventListener('click', () => dialog.close());
  byId('slice').addEventListener('input', () => open(items.indexOf(slicesOf(items[current])[Number(byId('slice').value)])));
  byId('tag').addEventListener('input', () => page.tags.set(items[current], byId('tag').value));
  byId('opacity')?.addEventListener('input', () => {
    settings.opacity = Number(byId('opacity').value);
    for (const over of byId('panels').querySelectorAll('img.over')) over.style.opacity = settings.opacity;
  });
  for (const name of ['truth', 'called']) {
    byId('show-' + name)?.addEventListener('change', () => {
      settings[name] = byId('show-' + name).checked;
      panels(items[current]);
    });
  }
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.target.matches('input')) return; // the arrow keys move within a field
    if (event.key === 'ArrowLeft') go(-1);
    if (event.key === 'ArrowRight') go(1);
  });
  dialog.addEventListener('close', () => {
    history.replaceState(null, '', '#');
    cards[current].button.focus();
  });
  window.addEventListener('hashchange', openLinked);

  return { open, openLinked };
})();
