/**
 * Does the deficit lie on the side that the images show? A mirrored image, a mislabeled series, an item entered on the
 * wrong side and a patient's mix-up all look like this, and none of them shows in a volume.
 *
 * The rule. A hemisphere moves the limbs of the other side, so weakness that is clearly of one side points to the other
 * hemisphere. Only where there is no weakness, severe disturbance of language points to the left hemisphere, and severe
 * neglect to the right one; both are hints (NIHSS neglect was found in 43 % of right- and 20 % of left-sided lesions;
 * Ringman 2004, Neurology 63:468), and together they cancel out. What lies in the posterior circulation is not compared:
 * the deficit of a brainstem lesion may be crossed, that of a cerebellar one is of the same side. Unknown, untestable,
 * contradictory and both-sided never disagree.
 */
import { candidates, currentFindings, holds } from '../../case/index.ts';
import type { FactKey, ImagingFinding, InfarctTerritory, NihssItem, NihssItems, StrokeCase } from '../../case/index.ts';
import { territoriesOf } from '../subtype/infarct.ts';

export type Hemisphere = 'left' | 'right';

/** What the examination says of the side, and the hemisphere to which it points. */
export type DeficitSide =
  /** Points of arms and legs (items 5 and 6) of the patient's left and right. */
  | { readonly basis: 'weakness'; readonly hemisphere: Hemisphere; readonly left: number; readonly right: number }
  /** Points of item 9 or 11. */
  | { readonly basis: 'language' | 'neglect'; readonly hemisphere: Hemisphere; readonly points: number };

export type ImageSide =
  { readonly side: Hemisphere; readonly pipeline: string } | { readonly side: Hemisphere; readonly fact: FactKey };

export interface SideDisagreement {
  readonly deficit: DeficitSide;
  /** Those that show the other hemisphere only, recorded before computed; never empty. */
  readonly images: readonly ImageSide[];
}

/** Drift of one limb (1 point) is too often old or noise. */
const CLEAR_WEAKNESS = 2;
/** The weaker side has at least this many times the points of the other. */
const CLEAR_RATIO = 2;
/** Items 9 and 11: severe. */
const SEVERE = 2;
/** Item 1a: at 2 and 3 language and neglect are scored for want of an answer. */
const ROUSABLE = 1;

/** @returns null where deficit or images have no clear side, and where they fit */
export function sideDisagreement(stroke: StrokeCase): SideDisagreement | null {
  const { facts } = stroke;
  const isPosterior = holds(facts.occlusionSite, (site) => site === 'basilar' || site === 'vertebral');
  const deficit = deficitSide(stroke);
  if (deficit === null || isPosterior === true) return null;
  const images = imageSides(stroke).filter(({ side }) => side !== deficit.hemisphere);
  return images.length === 0 ? null : { deficit, images };
}

/** Where examinations of equal rank differ, all must point to one side. */
function deficitSide({ facts }: StrokeCase): DeficitSide | null {
  const sides = candidates(facts.nihssItems).map(({ value }) => sideOfItems(value));
  const [first] = sides;
  if (first === undefined || first === null) return null;
  return sides.every((one) => one?.basis === first.basis && one.hemisphere === first.hemisphere) ? first : null;
}

const points = (items: NihssItems, item: NihssItem): number | undefined => {
  const score = items[item];
  return typeof score === 'number' ? score : undefined;
};

function sideOfItems(items: NihssItems): DeficitSide | null {
  let [left, right] = [0, 0];
  for (const [ofLeft, ofRight] of [
    ['5a', '5b'],
    ['6a', '6b'],
  ] as const) {
    const [l, r] = [points(items, ofLeft), points(items, ofRight)];
    // A limb that was not tested may be the weaker one: the pair says nothing.
    if (l === undefined || r === undefined) continue;
    left += l;
    right += r;
  }
  const [more, less] = left > right ? [left, right] : [right, left];
  if (more >= CLEAR_WEAKNESS)
    return more >= CLEAR_RATIO * less
      ? { basis: 'weakness', hemisphere: left > right ? 'right' : 'left', left, right }
      : null;
  return cortical(items);
}

function cortical(items: NihssItems): DeficitSide | null {
  const [alertness, language, neglect] = [points(items, '1a'), points(items, '9'), points(items, '11')];
  if (alertness === undefined || alertness > ROUSABLE || language === undefined || neglect === undefined) return null;
  if (language >= SEVERE && neglect === 0) return { basis: 'language', hemisphere: 'left', points: language };
  if (neglect >= SEVERE && language === 0) return { basis: 'neglect', hemisphere: 'right', points: neglect };
  return null;
}

function imageSides(stroke: StrokeCase): ImageSide[] {
  const fact: FactKey = stroke.facts.infarctTerritory.status === 'unknown' ? 'ischemicLesion' : 'infarctTerritory';
  const recorded = carotidSide(territoriesOf(stroke.facts) ?? []);
  const findings = currentFindings(stroke.imaging, stroke);
  const pipelines = [...new Set(findings.map(({ method }) => method.pipeline))];
  const computed = pipelines.flatMap((pipeline): ImageSide[] => {
    const side = computedSide(findings.filter(({ method }) => method.pipeline === pipeline));
    return side === null ? [] : [{ side, pipeline }];
  });
  return [...(recorded === null ? [] : [{ side: recorded, fact }]), ...computed];
}

/** Kinds whose value is a side: a pipeline gives one of them. */
const SIDE_KINDS: readonly ImagingFinding['kind'][] = [
  'ischemic-side',
  'dwi-lesion-side',
  'early-ischemia-side',
  'hematoma-side',
];

/** By the territory or the location where that is known: a side alone may be that of the cerebellum. */
function computedSide(findings: readonly ImagingFinding[]): Hemisphere | null {
  const wordOf = (kind: ImagingFinding['kind']): string | undefined => {
    const value = findings.find((finding) => finding.kind === kind)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const territories = wordOf('ischemic-territory') ?? wordOf('dwi-lesion-territory');
  if (territories !== undefined) return carotidSide(territories.split(' '));
  const location = wordOf('hematoma-location') ?? '';
  if (/brainstem|cerebellar/.test(location)) return null;
  const side = SIDE_KINDS.map(wordOf).find((word) => word !== undefined);
  return side === 'left' || side === 'right' ? side : null;
}

function carotidSide(territories: readonly string[]): Hemisphere | null {
  const has = (territory: InfarctTerritory): boolean => territories.includes(territory);
  if (has('left-carotid') === has('right-carotid')) return null;
  return has('left-carotid') ? 'left' : 'right';
}
