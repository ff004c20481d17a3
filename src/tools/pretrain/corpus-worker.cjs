'use strict';
require('tsx/cjs');
require('./corpus-worker.ts');
