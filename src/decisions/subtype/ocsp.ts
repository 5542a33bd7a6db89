/**
 * The clinical syndrome (Oxfordshire Community Stroke Project) from the items of the NIHSS. The scale lacks cranial nerve
 * palsies and the areas of a sensory loss, so that a posterior stroke may look lacunar: it is a first guess.
 */
import { candidates, type NihssItem, type StrokeFacts } from '../../case/index.ts';
import { OCSP } from './citations.ts';
import type { OcspClass, OcspClassification } from './classes.ts';

/** Signs as the syndromes need them; undefined = untestable or not recorded. */
const SIGNS = ['cortical', 'visual', 'face', 'arm', 'leg', 'sensory', 'ataxia', 'bothSides', 'drowsy'] as const;
type Sign = (typeof SIGNS)[number];
type Signs = Readonly<Record<Sign, boolean>>;

/** Bamford 1991, in the order in which a patient is asked. */
function syndromeOf(signs: Signs): OcspClass {
  const { cortical, visual, face, arm, leg, sensory, ataxia, bothSides, drowsy } = signs;
  const areas = Number(face) + Number(arm) + Number(leg);
  const motorOrSensory = areas > 0 || sensory;
  if (bothSides) return 'posterior';
  if (cortical && visual && areas >= 2) return 'total-anterior';
  if (cortical) return 'partial-anterior';
  if (visual) return motorOrSensory ? 'partial-anterior' : 'posterior';
  if (ataxia && !motorOrSensory) return 'posterior';
  // Reduced consciousness excludes a lacunar syndrome: with a motor deficit it counts as higher dysfunction.
  if (areas >= 2 || (areas === 0 && sensory) || (ataxia && areas >= 1)) return drowsy ? 'partial-anterior' : 'lacunar';
  // Face, arm or leg alone: more restricted than any lacunar syndrome.
  return areas === 1 ? 'partial-anterior' : 'no-deficit';
}

/** The syndrome of every combination of signs; the sign at place i of `SIGNS` is bit i. */
const SYNDROMES: readonly OcspClass[] = Array.from({ length: 1 << SIGNS.length }, (_, bits) =>
  syndromeOf(Object.fromEntries(SIGNS.map((sign, at) => [sign, (bits & (1 << at)) !== 0])) as Signs),
);

type Score = number | undefined;
const any = (...scores: readonly Score[]): boolean | undefined =>
  scores.some((score) => score !== undefined && score > 0) ? true : scores.includes(undefined) ? undefined : false;
const all = (...scores: readonly Score[]): boolean | undefined =>
  scores.includes(0) ? false : scores.includes(undefined) ? undefined : true;
const either = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false;

/** Points of an item where it was tested and the sources agree. */
function reader(facts: StrokeFacts): (item: NihssItem) => Score {
  const values = candidates(facts.nihssItems).map(({ value }) => value);
  return (item) => {
    const [first] = values.map((value) => value[item]);
    return typeof first === 'number' && values.every((value) => value[item] === first) ? first : undefined;
  };
}

function signsOf(facts: StrokeFacts): Readonly<Record<Sign, boolean | undefined>> {
  const points = reader(facts);
  return {
    cortical: any(points('9'), points('11')),
    visual: any(points('3')),
    face: any(points('4')),
    arm: any(points('5a'), points('5b')),
    leg: any(points('6a'), points('6b')),
    sensory: any(points('8')),
    ataxia: any(points('7')),
    drowsy: any(points('1a')),
    bothSides: either(all(points('5a'), points('5b')), all(points('6a'), points('6b'))),
  };
}

/** Syndromes of every way in which the open signs can turn out. */
function possibleSyndromes(signs: Readonly<Record<Sign, boolean | undefined>>): readonly OcspClass[] {
  const bitsOf = (value: boolean | undefined): number =>
    SIGNS.reduce((bits, sign, at) => (signs[sign] === value ? bits | (1 << at) : bits), 0);
  const [present, open] = [bitsOf(true), bitsOf(undefined)];
  const possible: OcspClass[] = [];
  // Every part of `open`, from none to all: the next larger one is what subtracting the whole leaves inside it.
  let way = 0;
  do {
    const syndrome = SYNDROMES[present | way];
    if (syndrome !== undefined && !possible.includes(syndrome)) possible.push(syndrome);
    way = (way - open) & open;
  } while (way !== 0);
  return possible;
}

export function classifyOcsp(facts: StrokeFacts): OcspClassification {
  const possible = possibleSyndromes(signsOf(facts));
  const [only] = possible;
  return {
    system: 'ocsp',
    class: possible.length === 1 && only !== undefined ? only : 'undetermined',
    possible,
    data: ['nihssItems'],
    citation: OCSP,
  };
}
