import { describe, expect, it } from 'vitest';
import { cardFindings } from '../../src/cds-hooks/card-rules.ts';
import { assembleCards, InvalidCard, TOPICS } from '../../src/cds-hooks/cards.ts';
import {
  NON_ADHERENCE_SYSTEM,
  OVERRIDE_REASONS,
  STROKE_OVERRIDE_SYSTEM,
} from '../../src/cds-hooks/override-reasons.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import { advice, cardDraft, EVALUATION_ID, LAB_SUGGESTION } from './support/harness.ts';
import { hasSharedData, readShared } from './support/shared-data.ts';
import { BASE_URL, trustedClient } from './support/tokens.ts';

const client = trustedClient({ keys: { jwks: { keys: [] } } });
const frame = { client, publicBaseUrl: BASE_URL };

function suggestion(resource: object, isRecommended?: boolean): CardDraft['suggestions'][number] {
  const action = { ...LAB_SUGGESTION.action, resource: { ...LAB_SUGGESTION.action.resource, ...resource } };
  return {
    ...LAB_SUGGESTION,
    ...(isRecommended === undefined ? {} : { isRecommended }),
    action,
  };
}

const BAD: readonly [string, Partial<CardDraft>][] = [
  ['a summary of 140 characters', { summary: 'x'.repeat(140) }],
  ['an empty summary', { summary: '' }],
  ['a summary of two lines', { summary: 'a\nb' }],
  ['HTML in the detail', { detail: 'see <b>this</b>' }],
  ['a script in the detail', { detail: '\\\\<script>' }],
  ['an order that is active', { suggestions: [suggestion({ status: 'active' })] }],
  ['an order without patient', { suggestions: [suggestion({ subject: undefined })] }],
  ['an order without intent', { suggestions: [suggestion({ intent: undefined })] }],
  ['a resource without type', { suggestions: [suggestion({ resourceType: undefined })] }],
  ['a resource with an empty member', { suggestions: [suggestion({ note: [] })] }],
  ['a drug that is pre-selected', { suggestions: [suggestion({ resourceType: 'MedicationRequest' }, true)] }],
  ['a suggestion without label', { suggestions: [{ ...LAB_SUGGESTION, label: '' }] }],
];

describe('a card is not sent with', () => {
  it.each(BAD)('%s', (_name, changes) => {
    const bad = advice({ cards: [cardDraft(changes), cardDraft({ topic: 'thrombectomy' })] });
    expect(() => assembleCards(bad, frame, 'strict')).toThrow(InvalidCard);

    const { cards, sent, dropped } = assembleCards(bad, frame, 'drop');
    expect(dropped.map(({ topic }) => topic)).toEqual(['thrombolysis']);
    expect(sent.map(({ topic }) => topic)).toEqual(['thrombectomy', 'incomplete']);
    expect(cards.flatMap(cardFindings)).toEqual([]);
  });

  it('more than four others', () => {
    const six = advice({ cards: Array.from({ length: 6 }, () => cardDraft()) });
    expect(() => assembleCards(six, frame, 'strict')).toThrow(/more than five/);
    const { cards, dropped } = assembleCards(six, frame, 'drop');
    expect([cards.length, dropped.length]).toEqual([5, 1]);
  });
});

describe('a card', () => {
  it('may use 139 characters, and signs that only look like HTML', () => {
    const detail = 'Onset < 4.5 h, BP <185/110, \\<not a tag>, a <- b';
    const { cards } = assembleCards(
      advice({ cards: [cardDraft({ summary: 'x'.repeat(139), detail })] }),
      frame,
      'strict',
    );
    expect(cards).toHaveLength(1);
  });

  it('carries a uuid, our topic, override reasons and the link to its basis', () => {
    const [card] = assembleCards(advice(), frame, 'strict').cards;
    expect(card?.uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(card?.source.topic.code).toBe('thrombolysis');
    expect(card?.overrideReasons).toHaveLength(OVERRIDE_REASONS.length);
    expect(card?.links).toEqual([
      { label: 'Full basis', url: `${BASE_URL}/basis/${EVALUATION_ID}?lang=en`, type: 'absolute' },
    ]);
    expect(card).not.toHaveProperty('suggestions');
    expect(card).not.toHaveProperty('selectionBehavior');
  });

  it('links the app with the evaluation as its context, where the client has one', () => {
    const smart = { ...frame, client: { ...client, smartLaunchUrl: 'https://app.example/launch' } };
    const links = assembleCards(advice(), smart, 'strict').cards[0]?.links;
    const app = {
      label: 'Open the stroke app',
      url: 'https://app.example/launch',
      type: 'smart',
      appContext: EVALUATION_ID,
    };
    expect(links?.[1]).toEqual(app);
    expect(links?.[0]).not.toHaveProperty('appContext');
  });

  it('offers suggestions of one action each, any of them, and tells the audit which is which', () => {
    const { cards, sent } = assembleCards(
      advice({ cards: [cardDraft({ suggestions: [LAB_SUGGESTION] })] }),
      frame,
      'strict',
    );
    expect(cards[0]?.selectionBehavior).toBe('any');
    expect(cards[0]?.suggestions?.[0]?.actions).toEqual([LAB_SUGGESTION.action]);
    expect(sent[0]?.suggestions).toEqual([{ uuid: cards[0]?.suggestions?.[0]?.uuid, id: 'order-inr' }]);
  });

  it('speaks Chinese in its source, topic, reasons and links', () => {
    const [card] = assembleCards(advice({ locale: 'zh-CN' }), frame, 'strict').cards;
    const words = [
      card?.source.label,
      card?.source.topic.display,
      card?.links?.[0]?.label,
      card?.overrideReasons?.[0]?.display,
    ];
    expect(words.every((word) => /\p{Script=Han}/u.test(word ?? ''))).toBe(true);
  });

  it('offers override reasons where it advises, not where it only reports', () => {
    const [draft] = advice().cards;
    if (draft === undefined) throw new Error('no draft');
    const state = assembleCards({ ...advice(), cards: [{ ...draft, topic: 'stroke-state' }] }, frame, 'strict')
      .cards[0];
    expect(state).not.toHaveProperty('overrideReasons');
  });

  it('has an alphanumeric topic code of at most 100 characters', () => {
    expect(Object.values(TOPICS).filter(({ code }) => !/^[A-Za-z0-9]{1,100}$/.test(code))).toEqual([]);
  });
});

describe('override reasons', () => {
  it('have distinct codes of letters, digits and hyphens', () => {
    const codes = OVERRIDE_REASONS.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^[a-z][a-z-]*[a-z]$/.test(code))).toEqual([]);
    expect(OVERRIDE_REASONS.some(({ system }) => system === STROKE_OVERRIDE_SYSTEM)).toBe(true);
  });

  it.skipIf(!hasSharedData)('#92 hold the clinical value set of HL7, with its codes and displays', () => {
    interface Concept {
      readonly code: string;
      readonly display: string;
      readonly concept?: readonly Concept[];
    }
    const valueSet = readShared('vocabulary/ValueSet-non-adherence-reason-clinical.json') as {
      compose: { include: { system: string; concept: Concept[] }[] };
    };
    const codeSystem = readShared('vocabulary/CodeSystem-non-adherence-reason-codes.json') as { concept: Concept[] };
    const displays = new Map(
      codeSystem.concept.flatMap((c) => [c, ...(c.concept ?? [])]).map((c) => [c.code, c.display]),
    );
    const ours = OVERRIDE_REASONS.filter(({ system }) => system === NON_ADHERENCE_SYSTEM);
    const theirs = valueSet.compose.include.flatMap(({ concept }) => concept.map(({ code }) => code));
    expect(valueSet.compose.include.map(({ system }) => system)).toEqual([NON_ADHERENCE_SYSTEM]);
    expect(ours.map(({ code }) => code).sort()).toEqual(theirs.sort());
    for (const { code, display } of ours) expect(display.en).toBe(displays.get(code));
  });
});
