import { testPart } from './small-models.js';

testPart(4, 4);
