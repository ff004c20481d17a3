import { testInLab } from './lab';

testInLab(['06-answers.ipynb']);
