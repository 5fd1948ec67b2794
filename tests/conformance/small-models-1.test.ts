import { testPart } from './small-models.js';

testPart(1, 4);
