/** A part of a page without scripts, as `templates/section.hbs` shows it. All text is plain; the template escapes it. */
import type { Table } from './chart.js';
import type { MatrixView } from './page/matrix.js';

export interface Section {
  /** Unique on its page; links lead to it. */
  readonly id: string;
  readonly title: string;
  readonly paragraphs?: readonly Paragraph[];
  readonly matrices?: readonly MatrixView[];
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
  readonly folds?: readonly Fold[];
  readonly links?: readonly Link[];
}

export interface Paragraph {
  readonly text: string;
  /** A reader should know it before believing the numbers. */
  readonly isCaution?: boolean;
}

export interface Link {
  readonly href: string;
  readonly text: string;
  readonly note?: string;
}

/** A drawing made beforehand, with what a screen reader says instead of it. */
export interface Figure {
  readonly title?: string;
  readonly svg: string;
  readonly description: string;
  /** Above the drawing: what it shows, in a sentence. */
  readonly caption?: string;
  /** Below it. */
  readonly folds?: readonly Fold[];
  readonly link?: Link;
}

/** Folded, with one line that says what is in it. */
export interface Fold {
  readonly summary: string;
  readonly paragraphs?: readonly Paragraph[];
  readonly tables?: readonly Table[];
}
