/** What every page of a retracted run says first. */
import { type Retraction, retractionText } from '../../common/run/retraction.js';
import { plain } from '../../common/text.js';
import { markup } from './page/markup.js';

const start = '<p id="retracted" class="warn" role="note"><b>This run is ';

/** The page with the retraction before everything else; unchanged where there is none, or where it is there already. */
export function withRetraction(html: string, retraction: Retraction | undefined): string {
  if (!retraction || html.includes(start)) return html;
  const { text } = markup`${plain(retractionText(retraction))}`;
  return html.replace(
    /<body>\n?/,
    (body) => `${body}${start}${text}</b>: its numbers are not to be used.</p>\n`,
  );
}
