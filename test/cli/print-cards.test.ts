import { expect, it } from 'vitest';
import { printCards } from '../../src/cli/print-cards.ts';

it('prints what Markdown would show: no escapes, no marks of bold', () => {
  const card = { summary: 'INR >1.7', indicator: 'info', detail: '**Why:** INR \\>1.7, dose \\*not\\* given' };
  expect(printCards({ cards: [card] }, { color: false })).toContain('Why: INR >1.7, dose *not* given\n');
});
