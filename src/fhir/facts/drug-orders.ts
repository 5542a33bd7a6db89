/** Orders of the drugs that dissolve clots or keep the blood from clotting: those of the call, and those that stand. */
import { ANTICOAGULANT_CLASSES, type DrugClass, type DrugOrder } from '../../case/index.ts';
import { DRUGS } from './drug-table.ts';
import { isCatheterDose } from './drugs.ts';
import type { RecordIndex } from './record-index.ts';

const CLASSES: ReadonlySet<DrugClass> = new Set<DrugClass>([
  ...ANTICOAGULANT_CLASSES,
  'antiplatelet',
  'glycoprotein-iib-iiia-inhibitor',
  'thrombolytic',
]);

export function mapDrugOrders({ medications }: RecordIndex): readonly DrugOrder[] {
  // An order that the call changes or ends stands in the record as it was before.
  const drafts = new Set(medications.filter(({ draft }) => draft).map(({ reference }) => reference));
  return medications.flatMap((entry) => {
    const { order, active, draft, asserted, reference } = entry;
    if (order === undefined || !active || isCatheterDose(entry)) return [];
    if (!draft && (order.reported || drafts.has(reference))) return [];
    return entry.drugs
      .filter((drug) => CLASSES.has(DRUGS[drug].class))
      .map((drug) => ({
        drug,
        class: DRUGS[drug].class,
        draft,
        at: asserted,
        startsAt: order.startsAt,
        doses: order.doses,
        source: { reference },
      }));
  });
}
