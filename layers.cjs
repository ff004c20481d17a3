'use strict';
// The layers of src, from the ground up: a folder imports only from folders of its own step or of steps above it
// in this list. `npm run lint` enforces it (.dependency-cruiser.cjs), with no circle between files.
const layers = [
  ['common', 'image', 'graph'],
  ['drawing'],
  ['backbones', 'metrics', 'synthesis', 'phantoms'],
  ['methods'],
  ['datasets', 'models'],
  ['runs'],
  ['plots', 'ablation'],
  ['tables'],
  ['report'],
  ['api'],
  ['notebook', 'cli', 'tools', 'index'],
];

/** Folders that a page can run. What needs Node in them, as to read files, lies in a folder `node` of theirs. */
const core = ['common', 'image', 'graph', 'backbones', 'methods', 'metrics', 'synthesis', 'phantoms'];

module.exports = { layers, core };
