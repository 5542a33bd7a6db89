/**
 * Where imaging enters the stroke case: findings become facts with interval, time of acquisition and the finding as source.
 * What a person recorded outranks them; refused, superseded and undated findings never become facts. Pure.
 */
import {
  candidates,
  currentFindings,
  estimate,
  exactly,
  FACT_OF_FINDING,
  imagingReference,
  FINDING_KINDS,
  known,
  unknown,
  type Degradation,
  type Fact,
  type FactKey,
  type ImagingFinding,
  type MeasuredFactKey,
  type PatientImaging,
  type Quantity,
  type StrokeCase,
  type StrokeFacts,
  type Unit,
  type UnknownReason,
} from '../../case/index.ts';
import { hemorrhageFacts, isHematoma } from './hemorrhage-facts.ts';
import { lesionFacts } from './lesion-facts.ts';
import { withOnset } from './onset-remarks.ts';

/**
 * The case with what the pipelines know of the patient: their findings fill what the record leaves unknown.
 * @param unread set when the findings could not be read: the cards say so, silence would look like 'nothing found'
 */
export function joinImaging(stroke: StrokeCase, found: PatientImaging, unread?: Degradation): StrokeCase {
  const imaging = withOnset(found, stroke.facts);
  const degradations = unread === undefined ? stroke.degradations : [...stroke.degradations, unread];
  const facts = fill(stroke, factsOfImaging(imaging, stroke));
  return Object.freeze({ ...stroke, facts: Object.freeze(facts), imaging, degradations: Object.freeze(degradations) });
}

/** The facts that the pipelines measured in this episode. */
export function factsOfImaging(
  imaging: PatientImaging,
  stroke: Pick<StrokeCase, 'facts' | 'asOf'>,
): Partial<StrokeFacts> {
  const facts: Partial<Record<MeasuredFactKey, Fact<Quantity>>> = {};
  const findings = currentFindings(imaging, stroke);
  for (const finding of findings) {
    if (finding.kind === 'intraparenchymal-volume' && !isHematoma(finding, findings)) continue;
    const key = (FACT_OF_FINDING as Readonly<Partial<Record<string, MeasuredFactKey>>>)[finding.kind];
    if (key === undefined || typeof finding.value !== 'number') continue;
    const fact = measuredFact(finding, finding.value);
    if (fact === null) continue;
    const other = facts[key];
    facts[key] = other === undefined ? fact : both(other, fact);
  }
  // The table gives a kind only to facts of its unit.
  return { ...(facts as Partial<StrokeFacts>), ...lesionFacts(findings), ...hemorrhageFacts(findings) };
}

function measuredFact(finding: ImagingFinding, value: number): Fact<Quantity> | null {
  const sources = [{ reference: imagingReference(finding) }];
  // A finding that breaks its contract is named, not used.
  if (!Number.isFinite(value) || value < 0) return { ...unknown('implausible'), sources };
  const measured = withInterval(finding, value);
  if (measured === null) return null;
  // Without the time of the images nobody can tell that they show this episode.
  if (finding.acquiredAt === null) return { ...unknown('undated'), sources };
  return known(measured, exactly(finding.acquiredAt), sources, 'derived');
}

/**
 * Below its detection floor a method sees nothing: 'none' means anywhere between nothing and the floor. Null where nobody
 * knows how sure the value is: it is shown, and rules do not use it as if it were exact.
 */
function withInterval({ kind, interval, detectionFloor }: ImagingFinding, value: number): Quantity | null {
  const unit: Unit | null = FINDING_KINDS[kind];
  if (unit === null) return null;
  const floor = detectionFloor !== null && value < detectionFloor ? detectionFloor : null;
  if (interval === null && floor === null) return null;
  const { low, high } = interval ?? { low: value, high: value };
  return estimate(value, unit, { low: floor === null ? Math.max(0, low) : 0, high: Math.max(high, floor ?? high) });
}

/** Two pipelines that measure the same are of equal rank. */
function both(a: Fact<Quantity>, b: Fact<Quantity>): Fact<Quantity> {
  if (a.status === 'unknown') return b;
  if (b.status === 'unknown') return a;
  const values = [...candidates(a), ...candidates(b)];
  return { status: 'conflicting', values: values.toSorted((x, y) => (y.at?.latest ?? 0) - (x.at?.latest ?? 0)) };
}

function fill({ facts }: StrokeCase, imaging: Partial<StrokeFacts>): StrokeFacts {
  const filled = (Object.keys(imaging) as FactKey[]).filter((key) => {
    const fact = imaging[key];
    return fact !== undefined && yields(facts[key], fact);
  });
  return filled.length === 0 ? facts : { ...facts, ...Object.fromEntries(filled.map((key) => [key, imaging[key]])) };
}

/** What the record holds of our own making is a copy; a person's entry stands, also one that disagrees with another. */
function yields(recorded: Fact<unknown>, computed: Fact<unknown>): boolean {
  if (recorded.status === 'known') return recorded.basis !== 'stated' && computed.status !== 'unknown';
  if (recorded.status === 'conflicting') return false;
  return computed.status === 'unknown' ? recorded.why === 'not-recorded' : SILENT.includes(recorded.why);
}

/** Nobody has said anything. An entry that cannot be used is an attempt to, and is shown for correction. */
const SILENT: readonly UnknownReason[] = ['not-recorded', 'not-read', 'incomplete', 'pending'];
