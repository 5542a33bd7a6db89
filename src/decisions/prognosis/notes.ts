/** The sentences without which the figures must not be read: method, assumptions, what lies outside the sources. */
import { candidates } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import { mayBeBasilar } from './occlusion.ts';
import type { Prognosis, PrognosisNote } from './result.ts';

const when = (applies: boolean, note: PrognosisNote): readonly PrognosisNote[] => (applies ? [note] : []);

export function notesOf(prognosis: Omit<Prognosis, 'notes'>, stroke: StrokeCase): readonly PrognosisNote[] {
  const { treatments, untreated, occlusion } = prognosis;
  const hasEffect = treatments.some(({ effects }) => effects.length > 0);
  const large = untreated?.distributions.some((d) => d.occlusion === 'large-vessel') === true;
  const before = candidates(stroke.facts.preStrokeMrs).map(({ value }) => value);
  const drugs = candidates(stroke.facts.thrombolyticGiven).flatMap(({ value }) => value.map(({ drug }) => drug));
  const thrombolysis = treatments.find(({ treatment }) => treatment === 'thrombolysis');
  return [
    prognosis.explanation?.reading === 'astral-curve' ? 'prognosis-method-astral' : 'prognosis-method',
    'prognosis-mixed-cohort',
    ...when(astralMoreFavorable(prognosis), 'prognosis-astral-more-favorable'),
    ...when(hasEffect, 'prognosis-treatment-assumption'),
    ...when(hasEffect && large, 'prognosis-control-arm-thrombolysed'),
    ...when(treatments.filter(({ effects }) => effects.length > 0).length > 1, 'prognosis-better-of-both-treatments'),
    ...when(occlusion === 'unknown', 'prognosis-occlusion-unknown'),
    ...when(mayBeBasilar(stroke), 'prognosis-basilar-reference'),
    ...when(prognosis.assumesIndependentBefore, 'prognosis-independent-before-assumed'),
    ...when(
      before.some((grade) => grade > 0),
      'prognosis-not-better-than-before',
    ),
    ...when(
      before.some((grade) => grade > 2),
      'prognosis-dependent-before',
    ),
    ...when(
      treatments.some(({ noFiguresBecause }) => noFiguresBecause === 'late-window'),
      'prognosis-late-window-outside-source',
    ),
    // Not given yet, either agent may follow; given as alteplase, nothing has to be assumed.
    ...when(
      thrombolysis !== undefined &&
        thrombolysis.effects.length > 0 &&
        (thrombolysis.state !== 'given' || drugs.some((drug) => drug !== 'alteplase')),
      'prognosis-tenecteplase-as-alteplase',
    ),
    ...when(prognosis.assumesIschemic, 'prognosis-if-ischemic'),
    ...when(prognosis.measuredAfterTreatment.length > 0, 'prognosis-values-before-treatment'),
  ];
}

/** Worth a sentence from here on, in shares. */
const CLEAR_DIFFERENCE = 0.1;

function astralMoreFavorable({ readings }: Pick<Prognosis, 'readings'>): boolean {
  const risk = (id: string): number | undefined => readings.find((reading) => reading.id === id)?.risk.low;
  const controls = risk('trial-controls');
  const astral = risk('astral-curve');
  return controls !== undefined && astral !== undefined && controls - astral >= CLEAR_DIFFERENCE;
}
