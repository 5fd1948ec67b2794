import { testPart } from './small-models.js';

testPart(2, 4);
