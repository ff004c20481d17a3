import { notebookNames } from '../notebooks/notebook';
import { testInLab } from './lab';

// These tests take longest of all, and start early because test files run in alphabetical order. The answers have a file of their own,
// answers.test.ts, for they take as long as all the others.
testInLab(notebookNames().filter((name) => name !== '06-answers.ipynb'));
