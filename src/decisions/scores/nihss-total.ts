import { NIHSS_HIGHEST, NIHSS_ITEMS } from '../../case/index.ts';
import { defineScore } from './definition.ts';
import { choice } from './inputs.ts';

const POINTS = { 2: ['0', '1', '2', 'UN'], 3: ['0', '1', '2', '3', 'UN'], 4: ['0', '1', '2', '3', '4', 'UN'] } as const;

const item = (highest: 2 | 3 | 4) => choice<string>(POINTS[highest], { untestable: 'UN' });

/** NIHSS total of the fifteen items; 'UN' (untestable) makes it a lower bound, never a 0 or a 2. */
export const NIHSS_TOTAL = defineScore({
  name: 'NIHSS total',
  synonyms: ['NIHSS'],
  basis: {
    definition: 'severity of the deficit: sum of fifteen items, 0–42',
    cohort: 'Brott 1989',
    range: 'acute stroke',
    limits: 'with an untestable item the total is a lower bound: it may satisfy "at least 6", never "at most 5"',
    citation: { source: 'Brott 1989', doi: '10.1161/01.STR.20.7.864', grade: 'V2' },
  },
  inputs: Object.fromEntries(NIHSS_ITEMS.map((name) => [name, item(NIHSS_HIGHEST[name])])),
  compute: (items) => {
    const untestable = Object.keys(items).filter((name) => items[name] === 'UN');
    const total = Object.values(items).reduce((sum, points) => sum + (points === 'UN' ? 0 : Number(points)), 0);
    return { total, is_lower_bound: untestable.length > 0, untestable_items: untestable };
  },
});
