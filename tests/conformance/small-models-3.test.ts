import { testPart } from './small-models.js';

testPart(3, 4);
