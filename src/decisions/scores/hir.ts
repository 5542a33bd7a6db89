import { defineScore, round } from './definition.ts';
import { ScoreInputError, volume } from './inputs.ts';

/** Hypoperfusion intensity ratio: volume with Tmax > 10 s over volume with Tmax > 6 s. */
export const HIR = defineScore({
  name: 'Hypoperfusion intensity ratio',
  synonyms: ['HIR', 'hypoperfusion intensity ratio (HIR)'],
  basis: {
    definition:
      'share of the hypoperfused volume (Tmax > 6 s) that is severely hypoperfused (Tmax > 10 s): a measure of collaterals',
    cohort: 'perfusion studies of large-vessel occlusion',
    range: 'acute anterior large-vessel occlusion; values 0–1',
    limits: 'the usual cut (below 0.4: good collaterals) was not verified and is not applied',
    citation: { source: 'Olivot 2014', grade: 'V2' },
  },
  inputs: { tmax10_ml: volume(), tmax6_ml: volume() },
  compute: (i) => {
    if (i.tmax10_ml > i.tmax6_ml) {
      throw new ScoreInputError('tmax10_ml must not exceed tmax6_ml: the volumes may be interchanged');
    }
    // No hypoperfusion at all: a ratio of nothing to nothing is not 0.
    return i.tmax6_ml === 0
      ? { hir: null, hir_note: 'not computable: no volume with Tmax above 6 s' }
      : { hir: round(i.tmax10_ml / i.tmax6_ml, 4) };
  },
});
