import { defineScore } from './definition.ts';
import { age, nihss } from './inputs.ts';

/** SPAN-100: age in years plus NIHSS; positive at 100 or more. */
export const SPAN_100 = defineScore({
  name: 'SPAN-100',
  synonyms: ['SPAN', 'SPAN 100', 'SPAN100'],
  basis: {
    definition:
      'favorable outcome at 3 months (NINDS composite) in patients given alteplase; SPAN-100 positive 5.6 %, negative 55.4 %',
    cohort: 'NINDS rt-PA trials, both parts',
    range: 'ischemic stroke within 3 h',
    limits:
      'a dichotomy of a sum; it says nothing about who gains from treatment; the hemorrhage rate counts any hemorrhage, and in a later cohort of 1 002 symptomatic hemorrhage was not related to it (BMC Neurol 2018;18:129)',
    citation: { source: 'Saposnik 2013', doi: '10.1212/WNL.0b013e31827b1ace', grade: 'V1' },
  },
  inputs: { age: age(), nihss: nihss() },
  compute: (i) => {
    const index = i.age + i.nihss;
    const positive = index >= 100;
    return {
      index,
      positive,
      favorable_3m_pct_alteplase: positive ? 5.6 : 55.4,
      any_ich_pct_alteplase: positive ? 42 : 12,
    };
  },
});
