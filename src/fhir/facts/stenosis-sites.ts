/** The ValueSet of each artery and side in which a stenosis is recorded. */
import { SUPPLYING_ARTERIES, type ArterySide, type SupplyingArtery } from '../../case/index.ts';

export interface StenosisSite {
  readonly artery: SupplyingArtery;
  readonly side: ArterySide;
  /** ValueSet of the codes. */
  readonly group: string;
}

export const STENOSIS_SITES: readonly StenosisSite[] = SUPPLYING_ARTERIES.flatMap((artery): StenosisSite[] =>
  artery === 'basilar'
    ? [{ artery, side: 'midline', group: `observation-stenosis-${artery}` }]
    : (['left', 'right'] as const).map((side) => ({ artery, side, group: `observation-stenosis-${artery}-${side}` })),
);
