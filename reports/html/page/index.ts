/** What the page's own script calls. */
export { choiceOf, firstChoiceOf, hashOf } from './choice.js';
export { csvOf } from './csv.js';
export { detailMarkup, detailOf } from './detail.js';
export { duelists, duelOf } from './duel.js';
export { matrixView } from './matrix.js';
export { matrixMarkup } from './matrix-markup.js';
export { numbersTable } from './numbers.js';
export { unpacked } from './pack.js';
export { resolved } from './references.js';
export { sceneOf } from './scene.js';
export { familiesOf, isShown } from './selection.js';
export { cellSlug } from './table.js';
export { tableMarkup } from './table-markup.js';
