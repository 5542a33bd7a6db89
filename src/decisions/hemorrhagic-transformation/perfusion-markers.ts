/** Published cut-offs of perfusion maps for hemorrhage, shown where a map was measured; none of them is a rule. */
import { holds, isAbove } from '../../case/index.ts';
import type { Fact, Quantity, StrokeCase } from '../../case/index.ts';
import type { Citation } from '../evaluation.ts';
import type { PerfusionMarker } from './result.ts';

interface Marker {
  readonly feature: 'tmaxOver14Volume' | 'veryLowCbvVolume' | 'bloodBrainBarrierPermeability';
  readonly cutoff: number;
  readonly citation: Citation;
}

const MARKERS: readonly Marker[] = [
  {
    feature: 'tmaxOver14Volume',
    cutoff: 5,
    citation: { source: 'Yassi 2013', doi: '10.1161/STROKEAHA.113.002396', grade: 'V1' },
  },
  {
    feature: 'veryLowCbvVolume',
    cutoff: 2,
    citation: { source: 'Campbell 2010, 2013', doi: '10.1002/ana.23837', grade: 'V2' },
  },
  {
    feature: 'bloodBrainBarrierPermeability',
    cutoff: 0.23,
    citation: { source: 'Aviv 2009', doi: '10.1148/radiol.2503080257', grade: 'V1' },
  },
];

/** @returns empty when no such map was measured: nobody is to be asked for one because of them */
export function perfusionMarkers({ facts }: StrokeCase): readonly PerfusionMarker[] {
  return MARKERS.flatMap(({ feature, cutoff, citation }): PerfusionMarker[] => {
    const fact: Fact<Quantity> = facts[feature];
    if (fact.status === 'unknown') return [];
    const above = holds(fact, (volume) => isAbove(volume, cutoff));
    return [{ feature, cutoff, citation, status: above === undefined ? 'unknown' : above ? 'met' : 'notMet' }];
  });
}
