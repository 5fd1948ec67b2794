/** What the page's own script calls. */
export { choiceOf, firstChoiceOf, hashOf } from './choice.js';
export { csvOf } from './csv.js';
export { detailMarkup, detailOf } from './detail.js';
export { matrixView } from './matrix.js';
export { matrixMarkup } from './matrix-markup.js';
export { sceneOf } from './scene.js';
export { familiesOf } from './selection.js';
export { cellSlug } from './table.js';
export { tableMarkup } from './table-markup.js';
