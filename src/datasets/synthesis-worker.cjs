'use strict';
// Worker threads cannot start from a module that lives in a notebook's memory: they load the sources by themselves.
require('tsx/cjs');
require('./synthesis-worker.ts');
