/** All signs of expansion of one hematoma, each with its definition's numbers beside what was measured. */
import {
  BLACK_HOLE_HU,
  blackHoleSign,
  BLEND_HU,
  blendSign,
  densityGrade,
  fluidLevelSign,
  HYPODENSITY_HU,
  hypodensitySign,
  SWIRL_TOLERANCE_HU,
  swirlSign,
} from './expansion-signs/density-signs.ts';
import { hematomaOf, type HematomaInput, type SignResult } from './expansion-signs/hematoma.ts';
import { ISLANDS, islandSign, SATELLITE_MM, satelliteSign, shapeGrade } from './expansion-signs/shape-signs.ts';

export interface DefinedSign extends SignResult {
  readonly definition: Readonly<Record<string, number>>;
}

export const SIGN_KINDS = [
  'black-hole-sign',
  'blend-sign',
  'swirl-sign',
  'island-sign',
  'satellite-sign',
  'hypodensity-sign',
  'fluid-level-sign',
] as const;
export type SignKind = (typeof SIGN_KINDS)[number];

export interface Signs extends Readonly<Record<SignKind, DefinedSign>> {
  readonly shape: ReturnType<typeof shapeGrade>;
  readonly density: ReturnType<typeof densityGrade>;
}

export function expansionSigns(input: HematomaInput): Signs {
  const hematoma = hematomaOf(input);
  const defined = (result: SignResult, definition: DefinedSign['definition']): DefinedSign => ({
    ...result,
    definition,
  });
  return {
    'black-hole-sign': defined(blackHoleSign(hematoma), { atLeastHu: BLACK_HOLE_HU }),
    'blend-sign': defined(blendSign(hematoma), { moreThanHu: BLEND_HU }),
    'swirl-sign': defined(swirlSign(hematoma), { aboveBrainAtMostHu: SWIRL_TOLERANCE_HU, consecutiveSlabs: 2 }),
    'island-sign': defined(islandSign(hematoma), {
      separateAtLeast: ISLANDS.separate,
      withAttachedAtLeast: ISLANDS.withAttached,
    }),
    'satellite-sign': defined(satelliteSign(hematoma), {
      fromMm: SATELLITE_MM.nearest,
      toMm: SATELLITE_MM.farthest,
      smallerThanMm: SATELLITE_MM.largest,
    }),
    'hypodensity-sign': defined(hypodensitySign(hematoma), { atLeastHu: HYPODENSITY_HU }),
    'fluid-level-sign': defined(fluidLevelSign(hematoma), {}),
    shape: shapeGrade(hematoma),
    density: densityGrade(hematoma),
  };
}
