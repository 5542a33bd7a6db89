/** Agent and dose: the site's choice first, the other calculation beside it where they differ. */
import type { ThrombolyticDose } from '../../decisions/thrombolysis/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { drugName } from '../format/fact-value.ts';
import { list } from '../format/markdown.ts';
import { quantityText } from '../format/quantity.ts';
import type { ThrombolyticOrder } from '../orders/thrombolytic-request.ts';

type Calculated = Extract<ThrombolyticDose, { status: 'calculated' }>;
type Agent = Calculated['agent'];

/** @returns Markdown: the site's agent, the other one, and the weight with the guard of the indication */
export function doseBlock(dose: ThrombolyticDose, c: ExplainContext): string {
  const text = (key: string, values: Record<string, string> = {}): string =>
    c.texts.text(`thrombolysis.dose.${key}`, values);
  if (dose.status === 'refused') return text('none', { reason: c.texts.text(`dose-refusal.${dose.why}`) });
  const { agent, weight } = dose;
  const other: Agent = agent === 'tenecteplase' ? 'alteplase' : 'tenecteplase';
  const also = agent === 'tenecteplase' && dose.tenecteplase.differ ? ` ${otherTenecteplase(dose, c)}` : '';
  const weighing = weight.provenance === 'measured' ? '' : ` ${text('not-measured')}`;
  return list([
    text('line', { agent: capital(drugName(agent, c.f)), dose: doseText(dose, agent, c) }) + also,
    text(isWeaker(dose, other) ? 'weaker-agent' : 'other-agent', {
      agent: drugName(other, c.f),
      dose: doseText(dose, other, c),
    }),
    text('weight', {
      weight: quantityText({ value: weight.kg, unit: 'kg' }, c.f),
      provenance: c.texts.text(`provenance.${weight.provenance}`),
    }) +
      weighing +
      ` ${text('guard')}`,
  ]);
}

/** The dose of an agent as the site gives it. */
export function doseText(dose: Calculated, agent: Agent, c: ExplainContext): string {
  const n = (value: number): string => c.f.number(value);
  if (agent === 'tenecteplase') {
    const { doseMg, volumeMl } = usedTenecteplase(dose);
    return c.texts.text('thrombolysis.dose.tenecteplase', { dose: n(doseMg), volume: n(volumeMl) });
  }
  const { totalMg, bolusMg, bolusMl, infusionMg, infusionMl } = dose.alteplase;
  return c.texts.text('thrombolysis.dose.alteplase', {
    total: n(totalMg),
    bolus: n(bolusMg),
    bolusVolume: n(bolusMl),
    infusion: n(infusionMg),
    infusionVolume: n(infusionMl),
  });
}

/** The draft that carries the same numbers as the card. */
export function thrombolyticOrder(dose: Calculated): ThrombolyticOrder {
  if (dose.agent === 'tenecteplase') {
    const { doseMg, volumeMl } = usedTenecteplase(dose);
    return { agent: 'tenecteplase', steps: [{ kind: 'single-bolus', doseMg, volumeMl, minutes: null }] };
  }
  const a = dose.alteplase;
  return {
    agent: 'alteplase',
    steps: [
      { kind: 'bolus', doseMg: a.bolusMg, volumeMl: a.bolusMl, minutes: a.bolusMinutes },
      { kind: 'infusion', doseMg: a.infusionMg, volumeMl: a.infusionMl, minutes: a.infusionMinutes },
    ],
  };
}

const isWeaker = ({ agents }: Calculated, agent: Agent): boolean =>
  agents.some((statement) => statement.agent === agent && statement.standing === 'limited');

function usedTenecteplase({ tenecteplase }: Calculated): { readonly doseMg: number; readonly volumeMl: number } {
  return tenecteplase.used === 'exact' ? tenecteplase.exact : tenecteplase.band;
}

function otherTenecteplase({ tenecteplase }: Calculated, c: ExplainContext): string {
  const isExact = tenecteplase.used === 'exact';
  const { doseMg, volumeMl } = isExact ? tenecteplase.band : tenecteplase.exact;
  return c.texts.text(`thrombolysis.dose.${isExact ? 'also-band' : 'also-exact'}`, {
    dose: c.f.number(doseMg),
    volume: c.f.number(volumeMl),
    perKg: tenecteplase.bandMgPerKg.toFixed(2),
  });
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
