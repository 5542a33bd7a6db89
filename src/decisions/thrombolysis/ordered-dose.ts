/**
 * Is the thrombolytic that is being ordered the dose for this patient? The tables for myocardial infarction give twice as
 * much tenecteplase, and a milliliter is five milligrams.
 */
import type { DrugOrder, OrderedDose } from '../../case/index.ts';
import { ADVISED_AGAINST_MG_PER_KG, type CalculatedDose, type DoseRefusal, type ThrombolyticDose } from './dose.ts';
import { ALTEPLASE_MAX_MG, TENECTEPLASE_MAX_MG } from './dose-tables.ts';

/** What is told of an order; nothing is told of one as calculated. */
export type OrderedDoseCheck =
  | {
      readonly agent: string;
      readonly status: 'overdose' | 'above' | 'below';
      readonly orderedMg: number;
      /** Exact dose and band of tenecteplase are equally good. */
      readonly lowMg: number;
      readonly highMg: number;
      readonly maximumMg: number;
      readonly kg: number;
    }
  | {
      readonly agent: string;
      readonly status: 'above-maximum';
      readonly orderedMg: number;
      readonly maximumMg: number;
    }
  | {
      readonly agent: string;
      readonly status: 'second-agent';
      /** Ordered beside it. */
      readonly other: string;
    }
  | {
      readonly agent: string;
      readonly status: 'not-compared';
      readonly why: DoseRefusal | 'not-readable' | 'no-table';
    };

const MAXIMUM_MG: Readonly<Record<string, number>> = { tenecteplase: TENECTEPLASE_MAX_MG, alteplase: ALTEPLASE_MAX_MG };
/** More than this over the dose is an overdose, not a rounding of vials and syringes. */
const OVERDOSE = 1.1;
const toTenth = (mg: number): number => Math.round(mg * 10) / 10;
/** What syringes and pumps round away. */
const rounding = (mg: number): number => Math.max(0.5, 0.03 * mg);
/** The maximum is exact to the tenth to which doses are written. */
const MAXIMUM_ROUNDING = 0.1;

/**
 * Drafts of one agent in one call are parts of one treatment: a bolus and its infusion, or the same bolus twice. Two agents
 * are two treatments, be the other a draft as well or an order that stands.
 */
export function checkOrderedDoses(orders: readonly DrugOrder[], dose: ThrombolyticDose): readonly OrderedDoseCheck[] {
  const lytics = orders.filter((order) => order.class === 'thrombolytic');
  const drafts = lytics.filter(({ draft }) => draft);
  const [first] = drafts;
  const other = lytics.find(({ drug }) => drug !== first?.drug);
  const second: OrderedDoseCheck[] =
    first === undefined || other === undefined
      ? []
      : [{ agent: first.drug, status: 'second-agent', other: other.drug }];
  const doses = [...new Set(drafts.map(({ drug }) => drug))].flatMap(
    (agent) =>
      checkAgent(
        agent,
        drafts.filter(({ drug }) => drug === agent).map(({ doses }) => doses),
        dose,
      ) ?? [],
  );
  return [...second, ...doses];
}

function checkAgent(
  agent: string,
  ordered: readonly DrugOrder['doses'][],
  dose: ThrombolyticDose,
): OrderedDoseCheck | undefined {
  const notCompared = (why: DoseRefusal | 'not-readable' | 'no-table'): OrderedDoseCheck => {
    return { agent, status: 'not-compared', why };
  };
  const maximumMg = MAXIMUM_MG[agent];
  if (maximumMg === undefined) return notCompared('no-table');
  const parts = ordered.flatMap((doses) => doses ?? []);
  if (ordered.includes(null)) return notCompared('not-readable');
  // A dose by weight is no number without the weight.
  const kg = dose.status === 'calculated' ? dose.weight.kg : NaN;
  const orderedMg = toTenth(parts.reduce((sum, part) => sum + milligrams(part, kg), 0));
  const isOverMaximum = orderedMg > maximumMg + MAXIMUM_ROUNDING;
  if (dose.status === 'refused') {
    return isOverMaximum ? { agent, status: 'above-maximum', orderedMg, maximumMg } : notCompared(dose.why);
  }
  const { lowMg, highMg, partsMg } = accepted(agent, dose);
  const told = { agent, orderedMg, lowMg, highMg, maximumMg, kg };
  if (isOverMaximum || orderedMg > highMg * OVERDOSE) return { ...told, status: 'overdose' };
  if (orderedMg > highMg + rounding(highMg)) return { ...told, status: 'above' };
  const isPart = partsMg.some((mg) => Math.abs(orderedMg - mg) <= rounding(mg));
  return orderedMg < lowMg - rounding(lowMg) && !isPart ? { ...told, status: 'below' } : undefined;
}

const milligrams = ({ value, unit, atMostMg = Infinity }: OrderedDose, kg: number): number =>
  unit === 'mg' ? value : Math.min(value * kg, atMostMg);

interface Accepted {
  readonly lowMg: number;
  readonly highMg: number;
  /** What may be ordered apart. */
  readonly partsMg: readonly number[];
}

function accepted(agent: string, dose: CalculatedDose): Accepted {
  if (agent === 'alteplase') {
    const { totalMg, bolusMg, infusionMg } = dose.alteplase;
    return { lowMg: totalMg, highMg: totalMg, partsMg: [bolusMg, infusionMg] };
  }
  const { exact, band } = dose.tenecteplase;
  // The lowest band is too much for the lightest patients.
  const isBandTooHigh = band.doseMg >= ADVISED_AGAINST_MG_PER_KG * dose.weight.kg;
  const doses = isBandTooHigh ? [exact.doseMg] : [exact.doseMg, band.doseMg];
  return { lowMg: Math.min(...doses), highMg: Math.max(...doses), partsMg: [] };
}
