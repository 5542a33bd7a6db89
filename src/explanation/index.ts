export type { CardDraft, Indicator, SuggestionDraft } from './card-draft.ts';
export { LOCALES, type CardContent, type Locale } from './content/card-content.ts';
export { ContentProblems, loadCardContent } from './content/load.ts';
export { makeEvaluationRecord, type EvaluationRecord } from './evaluation-record.ts';
export type { ExplainOptions } from './explain-context.ts';
export { explain } from './explain.ts';
export { BASIS_PAGE_STYLE, BASIS_PAGE_STYLE_HASH, renderBasisPage, type BasisPicture } from './basis-page/index.ts';
