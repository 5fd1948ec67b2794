/** What the script of the index calls. */
export { comparedColumns, overviewView } from './overview.js';
export { firstOverviewChoice, overviewChoiceOf, overviewHashOf, pageFor } from './overview-choice.js';
export { overviewMarkup } from './overview-markup.js';
