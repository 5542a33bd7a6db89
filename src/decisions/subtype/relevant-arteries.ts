/** Which narrowed arteries supply the infarct, and whether those that do were examined. */
import { holds } from '../../case/index.ts';
import type {
  ArterialStenosis,
  ArterySide,
  FactKey,
  InfarctTerritory,
  OcclusionSite,
  Quantity,
  StrokeFacts,
  SupplyingArtery,
} from '../../case/index.ts';
import { or } from '../three-valued.ts';
import { territoriesOf, TERRITORY_FACTS } from './infarct.ts';

export const STENOSIS_FACTS: readonly FactKey[] = ['arterialStenosis', ...TERRITORY_FACTS, 'occlusionSite'];

const BEHIND: readonly SupplyingArtery[] = ['vertebral', 'basilar', 'posterior-cerebral'];

const territoryOf = ({ artery, side }: Pick<ArterialStenosis, 'artery' | 'side'>): InfarctTerritory =>
  BEHIND.includes(artery) ? 'vertebrobasilar' : side === 'left' ? 'left-carotid' : 'right-carotid';

/** A posterior cerebral artery supplies one side only, which the territory does not say. */
function supplies(stenosis: ArterialStenosis, territories: readonly InfarctTerritory[]): boolean | undefined {
  if (!territories.includes(territoryOf(stenosis))) return false;
  return stenosis.artery === 'posterior-cerebral' ? undefined : true;
}

const siteKey = ({ artery, side }: ArterialStenosis): string => `${artery} ${side}`;

function bySite(list: readonly ArterialStenosis[]): readonly (readonly ArterialStenosis[])[] {
  const sites = new Map<string, ArterialStenosis[]>();
  for (const one of list) sites.set(siteKey(one), [...(sites.get(siteKey(one)) ?? []), one]);
  return [...sites.values()];
}

/** Yes when every value of the site says so; values that disagree leave it open. */
function agreed(values: readonly ArterialStenosis[], test: (q: Quantity) => boolean | undefined): boolean | undefined {
  const answers = values.map(({ percent }) => test(percent));
  const [first] = answers;
  return answers.every((answer) => answer === first) ? first : undefined;
}

const EVERYWHERE: readonly InfarctTerritory[] = ['left-carotid', 'right-carotid', 'vertebrobasilar'];

/** The least that must have been seen of a supply before 'no stenosis' can be said: one artery outside, one inside the skull. */
function examined(list: readonly ArterialStenosis[], territory: InfarctTerritory): boolean {
  const seen = (artery: SupplyingArtery, side?: ArterySide): boolean =>
    list.some((one) => one.artery === artery && (side === undefined || one.side === side));
  if (territory === 'vertebrobasilar') return seen('vertebral') && seen('basilar');
  const side = territory === 'left-carotid' ? 'left' : 'right';
  return seen('extracranial-carotid', side) && (seen('middle-cerebral', side) || seen('intracranial-carotid', side));
}

const OCCLUDED: Readonly<Partial<Record<OcclusionSite, readonly SupplyingArtery[]>>> = {
  'internal-carotid': ['intracranial-carotid', 'extracranial-carotid'],
  M1: ['middle-cerebral'],
  'M2-dominant-proximal': ['middle-cerebral'],
  'M2-other': ['middle-cerebral'],
  'distal-MCA': ['middle-cerebral'],
  ACA: ['anterior-cerebral'],
  PCA: ['posterior-cerebral'],
  basilar: ['basilar'],
  vertebral: ['vertebral'],
};

/** An occluded artery without a value of its own: an embolus or a plaque of its own, nobody knows yet. */
export function occlusionUnexplained(facts: StrokeFacts): boolean {
  const list = facts.arterialStenosis.status === 'known' ? facts.arterialStenosis.value : [];
  return (
    holds(facts.occlusionSite, (site) => {
      const arteries = OCCLUDED[site];
      return arteries !== undefined && !list.some(({ artery }) => arteries.includes(artery));
    }) === true
  );
}

/** Is a main artery, one that penetrating arteries leave, occluded? */
export function mainArteryOccluded(facts: StrokeFacts): boolean | undefined {
  return holds(facts.occlusionSite, (site) => site !== 'none');
}

/**
 * Does an artery that supplies the infarct meet the test? 'No' needs that the arteries of every supply with an infarct
 * (of all, when it is not known where it lies) were examined and that no acute occlusion is left unexplained.
 * @param test on the reduction of the diameter in percent
 * @param counts which arteries are asked; all by default
 */
export function relevantStenosis(
  facts: StrokeFacts,
  test: (percent: Quantity) => boolean | undefined,
  counts: (stenosis: ArterialStenosis) => boolean = () => true,
): boolean | undefined {
  if (facts.arterialStenosis.status !== 'known') return undefined;
  const list = facts.arterialStenosis.value;
  const territories = territoriesOf(facts);
  const answers = bySite(list.filter(counts)).map((values): boolean | undefined => {
    const meets = agreed(values, test);
    const [one] = values;
    if (meets === false || one === undefined) return false;
    const relevant = territories === undefined ? undefined : supplies(one, territories);
    return relevant === false ? false : relevant === true ? meets : undefined;
  });
  const found = or(...answers);
  if (found !== false) return found;
  const complete = (territories ?? EVERYWHERE).every((territory) => examined(list, territory));
  return complete && !occlusionUnexplained(facts) ? false : undefined;
}
