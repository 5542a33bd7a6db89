/** What the answer to a thrombolysis criterion does to the conclusion, in words. */
import type { Effect } from '../decisions/thrombolysis/index.ts';

const spaced = (conclusion: string): string => `'${conclusion.replaceAll('-', ' ')}'`;

/** What an unknown answer does to a row that only lowers or opposes. */
const WHEN_UNKNOWN = {
  undecided: 'Unknown: undecided.',
  ignored: 'Unknown: not held against treatment.',
  caps: 'Unknown: the same.',
} as const;

export function effectWords(effect: Effect): string {
  switch (effect.kind) {
    case 'opens':
      return `Met: this window allows ${spaced(effect.conclusion)} at most. One of the windows must be open.`;
    case 'requires':
      return 'Not met: not recommended. Unknown: undecided.';
    case 'gate':
      return 'Not met: undecided until it is corrected and looked at again. Unknown: undecided.';
    case 'excludes':
      return 'Met: contraindicated. Unknown: undecided.';
    case 'laboratory':
      return "Met: contraindicated. Unknown: undecided, or 'reasonable' at most where the result is only awaited and nothing makes an abnormal one likely.";
    case 'suspicion':
      return 'Met or unknown: the laboratory is waited for.';
    case 'advises-against':
      return `Met: not recommended. ${WHEN_UNKNOWN[effect.whenUnknown]}`;
    case 'contradiction':
      return 'Met: the record contradicts itself, undecided.';
    case 'caps':
      return `Met: ${spaced(effect.at)} at most. ${WHEN_UNKNOWN[effect.whenUnknown]}`;
    case 'informs':
      return 'Shown; does not decide.';
  }
}
