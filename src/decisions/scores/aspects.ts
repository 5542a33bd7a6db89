import { defineScore } from './definition.ts';
import { listOf } from './inputs.ts';

export const ASPECTS_REGIONS = [
  'caudate',
  'lentiform',
  'internal_capsule',
  'insula',
  'm1',
  'm2',
  'm3',
  'm4',
  'm5',
  'm6',
] as const;

/** ASPECTS: ten less the regions of the middle cerebral artery with early ischemic change. */
export const ASPECTS = defineScore({
  name: 'ASPECTS',
  basis: {
    definition:
      'extent of early ischemic change in the territory of the middle cerebral artery; 7 or less goes with worse outcome',
    cohort: 'Barber 2000: 203 patients given alteplase within 3 h',
    range: 'anterior circulation, CT without contrast',
    citation: { source: 'Barber 2000', doi: '10.1016/S0140-6736(00)02237-6', grade: 'V2' },
  },
  inputs: {
    affected_regions: listOf(ASPECTS_REGIONS, {
      c: 'caudate',
      caudate_nucleus: 'caudate',
      l: 'lentiform',
      lentiform_nucleus: 'lentiform',
      ic: 'internal_capsule',
      i: 'insula',
      insular_ribbon: 'insula',
      insular_cortex: 'insula',
    }),
  },
  compute: (i) => ({ aspects: ASPECTS_REGIONS.length - i.affected_regions.length }),
});
