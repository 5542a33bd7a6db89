/** The side of the deficit against the side that the images show. */
import { describe, expect, it } from 'vitest';
import type { NihssItems, StrokeFacts } from '../../../src/case/index.ts';
import { HOUR, plus, unknown } from '../../../src/case/index.ts';
import { summarizeStrokeState } from '../../../src/decisions/stroke-state/index.ts';
import { aCase, aPolicy, given, NOW, nihssItems } from '../../support/case-builder.ts';
import { finding, imagingOf } from '../../support/imaging-findings.ts';
import type { ImagingFinding } from '../../../src/case/index.ts';

const LEFT_WEAKNESS: NihssItems = { '5a': 3, '6a': 2 };
const RIGHT_WEAKNESS: NihssItems = { '5b': 3, '6b': 2 };

const sidesOf = (items: NihssItems | null, findings: readonly ImagingFinding[], facts: Partial<StrokeFacts> = {}) => {
  const stroke = aCase(
    { nihssItems: items === null ? unknown('not-recorded') : nihssItems(items), ...facts },
    { imaging: imagingOf(findings) },
  );
  return summarizeStrokeState(stroke, NOW, aPolicy()).sideDisagreement;
};
const side = (value: string, more: Partial<ImagingFinding> = {}) => finding('ischemic-side', value, more);
const territory = (value: string, more: Partial<ImagingFinding> = {}) => finding('ischemic-territory', value, more);

describe('weakness', () => {
  it('on the side of the low perfusion does not fit', () => {
    expect(sidesOf(LEFT_WEAKNESS, [side('left')])).toEqual({
      deficit: { basis: 'weakness', hemisphere: 'right', left: 5, right: 0 },
      images: [{ side: 'left', pipeline: 'perfusion' }],
    });
    expect(sidesOf(RIGHT_WEAKNESS, [side('right'), territory('right-carotid')])).toMatchObject({
      deficit: { hemisphere: 'left', left: 0, right: 5 },
      images: [{ side: 'right' }],
    });
  });

  it('on the other side fits', () => {
    expect(sidesOf(LEFT_WEAKNESS, [side('right')])).toBeNull();
    expect(sidesOf(RIGHT_WEAKNESS, [side('left'), territory('left-carotid')])).toBeNull();
  });

  it.each([
    ['was not examined', null],
    ['is not there', {}],
    ['is one point', { '5a': 1 }],
    ['is on both sides', { '5a': 4, '6a': 4, '5b': 3, '6b': 3 }],
    ['is of a patient in coma, weak everywhere', { '1a': 3, '5a': 4, '6a': 4, '5b': 4, '6b': 4 }],
    // The arm that could not be tested may be the weaker one.
    ['may be on the untestable side', { '5a': 2, '5b': 'untestable' }],
  ] satisfies [string, NihssItems | null][])('says nothing where it %s', (_, items) => {
    expect(sidesOf(items, [side('left')])).toBeNull();
    expect(sidesOf(items, [side('right')])).toBeNull();
  });

  it('counts on the weaker side where that is clear', () => {
    expect(sidesOf({ '5a': 4, '6a': 4, '5b': 1 }, [side('left')])?.deficit).toMatchObject({ left: 8, right: 1 });
    // Arms cannot be compared; the legs can.
    expect(sidesOf({ '5b': 'untestable', '6a': 3 }, [side('left')])?.deficit).toMatchObject({ left: 3, right: 0 });
  });

  it('is compared with the newest examination only where the record agrees with itself', () => {
    const conflicting = {
      status: 'conflicting',
      values: [nihssItems(LEFT_WEAKNESS), nihssItems(RIGHT_WEAKNESS)],
    } as const;
    expect(sidesOf({}, [side('left')], { nihssItems: conflicting })).toBeNull();
  });

  it('outweighs language: crossed aphasia exists, uncrossed weakness hardly does', () => {
    expect(sidesOf({ ...LEFT_WEAKNESS, '9': 2 }, [side('right')])).toBeNull();
  });
});

describe('language and neglect', () => {
  it('point to a side where weakness does not', () => {
    expect(sidesOf({ '9': 2 }, [side('right')])?.deficit).toEqual({ basis: 'language', hemisphere: 'left', points: 2 });
    expect(sidesOf({ '9': 2 }, [side('left')])).toBeNull();
    expect(sidesOf({ '11': 2 }, [side('left')])?.deficit).toEqual({ basis: 'neglect', hemisphere: 'right', points: 2 });
    expect(sidesOf({ '11': 2 }, [side('right')])).toBeNull();
  });

  it.each([
    ['mild', { '9': 1 }],
    ['both there', { '9': 2, '11': 2 }],
    ['of a patient who cannot be roused', { '1a': 2, '9': 3, '11': 0 }],
    ['beside weakness on both sides, which may hide its side', { '9': 2, '5a': 3, '5b': 3 }],
  ] satisfies [string, NihssItems][])('say nothing where they are %s', (_, items) => {
    expect(sidesOf(items, [side('right')])).toBeNull();
    expect(sidesOf(items, [side('left')])).toBeNull();
  });
});

describe('the images', () => {
  it.each([
    ['show both sides', [side('both')]],
    [
      'show the posterior circulation: a brainstem lesion may lie on either side',
      [side('left'), territory('vertebrobasilar')],
    ],
    ['show both carotid territories', [side('both'), territory('left-carotid right-carotid')]],
    ['were refused', [side('left', { state: 'refused' })]],
    ['were replaced', [side('left', { state: 'superseded' })]],
    ['are of another day', [side('left', { acquiredAt: plus(NOW, -30 * HOUR) })]],
    ['measured no side', [finding('core-volume', 20)]],
  ] satisfies [string, ImagingFinding[]][])('say nothing where they %s', (_, findings) => {
    expect(sidesOf(LEFT_WEAKNESS, findings)).toBeNull();
  });

  it('count by the carotid territory where the posterior circulation is involved as well', () => {
    expect(sidesOf(LEFT_WEAKNESS, [side('left'), territory('left-carotid vertebrobasilar')])).not.toBeNull();
  });

  it.each(['basilar', 'vertebral'] as const)('are not compared where the %s artery is occluded', (site) => {
    expect(sidesOf(LEFT_WEAKNESS, [side('left')], { occlusionSite: given(site) })).toBeNull();
  });

  it('name every source that does not fit, and the reported territory first', () => {
    const diffusion = { ...finding('core-volume', 1).method, pipeline: 'diffusion' };
    const both = [side('left'), side('right', { studyUid: '1.9', method: diffusion })];
    expect(sidesOf(LEFT_WEAKNESS, both, { infarctTerritory: given(['left-carotid']) })?.images).toEqual([
      { side: 'left', fact: 'infarctTerritory' },
      { side: 'left', pipeline: 'perfusion' },
    ]);
  });

  it('take the side from a reported territory alone', () => {
    expect(sidesOf(LEFT_WEAKNESS, [], { infarctTerritory: given(['left-carotid']) })).not.toBeNull();
    expect(sidesOf(LEFT_WEAKNESS, [], { infarctTerritory: given(['right-carotid']) })).toBeNull();
    expect(sidesOf(LEFT_WEAKNESS, [], { infarctTerritory: given(['left-carotid', 'right-carotid']) })).toBeNull();
    expect(sidesOf(LEFT_WEAKNESS, [], { infarctTerritory: given(['vertebrobasilar']) })).toBeNull();
  });

  it('are those of early ischemia and of a hemorrhage as well', () => {
    expect(sidesOf(LEFT_WEAKNESS, [finding('early-ischemia-side', 'left')])).not.toBeNull();
    for (const fits of ['right', 'none'])
      expect(sidesOf(LEFT_WEAKNESS, [finding('early-ischemia-side', fits)])).toBeNull();
    const hematoma = (location: string) => [finding('hematoma-side', 'left'), finding('hematoma-location', location)];
    for (const location of ['lobar', 'deep']) expect(sidesOf(LEFT_WEAKNESS, hematoma(location))).not.toBeNull();
    for (const location of ['cerebellar', 'brainstem', 'lobar cerebellar'])
      expect(sidesOf(LEFT_WEAKNESS, hematoma(location))).toBeNull();
  });
});
