/**
 * Agent and dose for the patient at hand, for acute ischemic stroke only.
 * A calculation, not an order: it is shown beside the conclusion and does not depend on it.
 */
import { holds, isBelow } from '../../case/index.ts';
import type { FactKey, Instant, Source, StrokeCase, TimeSpan, Weight } from '../../case/index.ts';
import type { Citation, GuidelineId, SitePolicy } from '../evaluation.ts';
import { aha2019, aha2026 } from './citations.ts';
import { alteplase, isPlausibleAdultWeight, tenecteplaseBand, tenecteplaseExact } from './dose-tables.ts';
import type { BolusDose, InfusionDose } from './dose-tables.ts';
import { acuteHemorrhage } from './imaging.ts';
import type { ThrombolysisContext } from './rule.ts';

export interface DoseWeight {
  readonly kg: number;
  readonly provenance: Weight['provenance'];
  readonly at: TimeSpan | null;
  readonly sources: readonly Source[];
}

export type DoseRefusal =
  | 'weight-unknown'
  | 'weight-conflicting'
  | 'weight-not-exact'
  | 'weight-implausible'
  | 'acute-ischemic-stroke-not-established'
  | 'intracranial-hemorrhage'
  | 'age-below-18';

export interface AgentStatement {
  readonly agent: 'tenecteplase' | 'alteplase';
  /** 'preferred' by the guideline over the other, 'either' of the two, 'limited' where it is the weaker option. */
  readonly standing: 'preferred' | 'either' | 'limited';
  readonly citation: Citation;
}

export interface CalculatedDose {
  readonly status: 'calculated';
  readonly indication: 'acute-ischemic-stroke';
  readonly weight: DoseWeight;
  /** The agent to show first: the site's, unless the guideline limits or prefers otherwise. */
  readonly agent: 'tenecteplase' | 'alteplase';
  readonly agents: readonly AgentStatement[];
  readonly tenecteplase: {
    readonly exact: BolusDose;
    readonly band: BolusDose;
    /** The one that the site's policy uses; the exact one where the band would amount to 0.4 mg/kg or more. */
    readonly used: 'exact' | 'banded';
    readonly differ: boolean;
    /** Band less exact, mg; positive when the band gives more. */
    readonly differenceMg: number;
    /** mg/kg that the band amounts to. */
    readonly bandMgPerKg: number;
    readonly citation: Citation;
  };
  readonly alteplase: InfusionDose & { readonly citation: Citation };
}

export type ThrombolyticDose =
  CalculatedDose | { readonly status: 'refused'; readonly why: DoseRefusal; readonly missing: readonly FactKey[] };

/**
 * @param at the instant of the decision
 * @returns both agents with both tenecteplase doses, or why no dose is calculated
 */
export function thrombolyticDose(
  stroke: StrokeCase,
  at: Instant,
  policy: SitePolicy,
  guideline: GuidelineId = policy.guideline,
): ThrombolyticDose {
  const refusal = indicationRefused(stroke, at, policy) ?? weightRefused(stroke);
  if (refusal !== undefined) return refusal;
  const fact = stroke.facts.weight;
  if (fact.status !== 'known') return refused('weight-unknown', ['weight']);
  const kg = fact.value.quantity.value;
  const exact = tenecteplaseExact(kg);
  const band = tenecteplaseBand(kg);
  const agents = agentStatements(stroke, guideline);
  return {
    status: 'calculated',
    indication: 'acute-ischemic-stroke',
    weight: { kg, provenance: fact.value.provenance, at: fact.at, sources: fact.sources },
    agent: agents.find(({ standing }) => standing === 'preferred')?.agent ?? policy.thrombolyticAgent,
    agents,
    tenecteplase: {
      exact,
      band,
      used: band.doseMg >= ADVISED_AGAINST_MG_PER_KG * kg ? 'exact' : policy.tenecteplaseDosing,
      differ: exact.doseMg !== band.doseMg,
      differenceMg: Math.round((band.doseMg - exact.doseMg) * 10) / 10,
      bandMgPerKg: Math.round((band.doseMg / kg) * 1000) / 1000,
      citation: aha2026('4.6.2 rec. 1, Table 7', 'V2', { locator: 'e357', cor: '1', loe: 'A' }),
    },
    alteplase: { ...alteplase(kg), citation: aha2026('4.6.2 rec. 1', 'V2', { locator: 'e357', cor: '1', loe: 'A' }) },
  };
}

/** 0.4 mg/kg is advised against (AHA/ASA 2026, 4.6.2 rec. 2); the lowest band, 15 mg, reaches it at 37.5 kg. */
export const ADVISED_AGAINST_MG_PER_KG = 0.4;

function refused(why: DoseRefusal, missing: readonly FactKey[]): ThrombolyticDose {
  return { status: 'refused', why, missing };
}

/** These are doses for ischemic stroke: no stroke, or a hemorrhage, no dose. */
function indicationRefused(stroke: StrokeCase, at: Instant, policy: SitePolicy): ThrombolyticDose | undefined {
  const context: ThrombolysisContext = { policy, clock: { status: 'unknown', why: 'no-time', missing: [] } };
  if (acuteHemorrhage(stroke, at, context).status === 'met') return refused('intracranial-hemorrhage', []);
  const diagnosed = holds(stroke.facts.acuteIschemicStroke, (events) => events.length > 0);
  const suspected = stroke.indications.some(({ kind }) => kind !== 'acute-hemorrhage-diagnosis');
  if (diagnosed !== true && !suspected) {
    return refused('acute-ischemic-stroke-not-established', ['acuteIschemicStroke']);
  }
  const child = holds(stroke.facts.age, (age) => isBelow(age, 18));
  return child === true ? refused('age-below-18', []) : undefined;
}

function weightRefused({ facts }: StrokeCase): ThrombolyticDose | undefined {
  const { weight } = facts;
  if (weight.status === 'unknown') {
    return refused(weight.why === 'implausible' ? 'weight-implausible' : 'weight-unknown', ['weight']);
  }
  if (weight.status === 'conflicting') return refused('weight-conflicting', ['weight']);
  const { value, comparator } = weight.value.quantity;
  if (comparator !== undefined) return refused('weight-not-exact', ['weight']);
  return isPlausibleAdultWeight(value) ? undefined : refused('weight-implausible', ['weight']);
}

const eso2023 = (section: string, details: { cor: string; loe: string }): Citation => ({
  source: 'eso-2021-2023',
  section,
  doi: '10.1177/23969873221150022',
  grade: 'V1',
  ...details,
});

/** What the guideline says on the choice between the two. */
export function agentStatements({ facts }: StrokeCase, guideline: GuidelineId): readonly AgentStatement[] {
  switch (guideline) {
    case 'aha-asa-2026': {
      const citation = aha2026('4.6.2 rec. 1', 'V2', { locator: 'e357', cor: '1', loe: 'A' });
      return [
        { agent: 'tenecteplase', standing: 'either', citation },
        { agent: 'alteplase', standing: 'either', citation },
      ];
    }
    case 'aha-asa-2019':
      return [
        { agent: 'alteplase', standing: 'preferred', citation: aha2019('Table 8', 'V1', { cor: '1', loe: 'A' }) },
        { agent: 'tenecteplase', standing: 'limited', citation: aha2019('3.6', 'R', { cor: '2b' }) },
      ];
    case 'eso-2021-2023': {
      const large = holds(facts.occlusionSite, (site) => ['internal-carotid', 'M1', 'basilar'].includes(site)) === true;
      const standing = large ? 'preferred' : 'either';
      return [
        {
          agent: 'tenecteplase',
          standing,
          citation: large
            ? eso2023('2023, large-vessel occlusion', { cor: 'strong', loe: 'moderate' })
            : eso2023('2023, within 4.5 h', { cor: 'strong', loe: 'moderate' }),
        },
        {
          agent: 'alteplase',
          standing: large ? 'limited' : 'either',
          citation: eso2023('2023, within 4.5 h', { cor: 'strong', loe: 'moderate' }),
        },
      ];
    }
  }
}
