/** What is told of the dose that is being ordered: too much, too little, or that nobody compared it. */
import type { OrderedDoseCheck } from '../../decisions/thrombolysis/index.ts';
import type { Indicator } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { drugName } from '../format/fact-value.ts';
import { fitSummary } from './summary.ts';

/** Plain text; the caller escapes it. */
export function orderedDoseLine(check: OrderedDoseCheck, c: ExplainContext): string {
  const text = (key: string, values: Record<string, string> = {}): string =>
    c.texts.text(`thrombolysis.ordered.${key}`, values);
  const n = (value: number): string => c.f.number(value);
  const agent = drugName(check.agent, c.f);
  switch (check.status) {
    case 'not-compared': {
      const { why } = check;
      const isOurs = why === 'not-readable' || why === 'no-table';
      return text('not-compared', { agent, reason: isOurs ? text(why) : c.texts.text(`dose-refusal.${why}`) });
    }
    case 'second-agent':
      return text('second-agent', { agent, other: drugName(check.other, c.f) });
    case 'above-maximum':
      return text('above-maximum', { agent, ordered: n(check.orderedMg), maximum: n(check.maximumMg) });
    default: {
      const { status, orderedMg, lowMg, highMg, maximumMg, kg } = check;
      return text(status === 'below' ? 'below' : 'above', {
        agent,
        ordered: n(orderedMg),
        calculated: lowMg === highMg ? n(lowMg) : `${n(lowMg)}–${n(highMg)}`,
        maximum: n(maximumMg),
        weight: n(kg),
      });
    }
  }
}

/** The dose comes first, then as much of the conclusion as there is room for. */
export function summaryWithOrder(order: string, summary: string, conclusion: string, c: ExplainContext): string {
  const plain = c.texts.text('thrombolysis.ordered.conclusion', {
    conclusion: c.texts.text(`thrombolysis.conclusion.${conclusion}`),
  });
  const both = [summary, plain].map((rest) => c.texts.text('thrombolysis.ordered.summary', { order, rest }));
  return fitSummary([...both, order]);
}

const MOST_URGENT: readonly Indicator[] = ['critical', 'warning', 'info'];

/** As urgent as the conclusion, or as the dose where that is worse. */
export function indicatorWithOrder(indicator: Indicator, checks: readonly OrderedDoseCheck[]): Indicator {
  const ofChecks = checks.map(({ status }): Indicator => {
    if (status === 'overdose' || status === 'above-maximum' || status === 'second-agent') return 'critical';
    return status === 'not-compared' ? 'info' : 'warning';
  });
  return MOST_URGENT.find((one) => one === indicator || ofChecks.includes(one)) ?? indicator;
}
