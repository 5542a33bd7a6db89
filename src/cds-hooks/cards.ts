/** Card drafts → cards: identifiers, source, override reasons, links; then the check before anything is sent. */
import { randomUUID } from 'node:crypto';
import type { CardDraft, SuggestionDraft } from '../explanation/card-draft.ts';
import type { Card, Link, Suggestion } from './card.ts';
import { cardFindings, MOST_CARDS } from './card-rules.ts';
import type { Advice } from './hook-service.ts';
import type { Locale } from './override-reasons.ts';
import { overrideReasons } from './override-reasons.ts';
import type { DroppedCard, SentCard } from './ports.ts';
import type { TrustedClient } from './trusted-client.ts';
import { checks } from './validation.ts';

export const TOPIC_SYSTEM = 'https://stroke-cds.org/fhir/CodeSystem/card-topics';

type Topic = CardDraft['topic'] | 'incomplete';

/**
 * `code`: alphanumeric, because Epic ties lockout and feedback to `topic.code` and takes nothing else.
 * `overridable`: the card advises something, so a clinician may say why not; the others only report.
 */
export const TOPICS: Readonly<
  Record<Topic, { readonly code: string; readonly overridable: boolean } & Readonly<Record<Locale, string>>>
> = {
  'stroke-state': { code: 'strokeState', overridable: false, en: 'State of the stroke case', 'zh-CN': '卒中病例状态' },
  thrombolysis: { code: 'thrombolysis', overridable: true, en: 'Intravenous thrombolysis', 'zh-CN': '静脉溶栓' },
  thrombectomy: { code: 'thrombectomy', overridable: true, en: 'Endovascular thrombectomy', 'zh-CN': '血管内取栓' },
  hemorrhage: { code: 'hemorrhage', overridable: true, en: 'Intracerebral hemorrhage', 'zh-CN': '脑出血' },
  complication: { code: 'complication', overridable: true, en: 'Complication of treatment', 'zh-CN': '治疗并发症' },
  outlook: { code: 'outlook', overridable: false, en: 'Outlook and risk of hemorrhage', 'zh-CN': '预后与出血风险' },
  subtype: { code: 'subtype', overridable: true, en: 'Cause of the ischemic stroke', 'zh-CN': '缺血性卒中病因' },
  'missing-data': {
    code: 'missingData',
    overridable: false,
    en: 'Data needed for a decision',
    'zh-CN': '决策所需数据',
  },
  incomplete: {
    code: 'incomplete',
    overridable: false,
    en: 'Advice could not be shown in full',
    'zh-CN': '建议未能完整显示',
  },
};

const WORDS = {
  en: {
    source: 'Stroke decision support',
    basis: 'Full basis',
    app: 'Open the stroke app',
    incomplete: 'Stroke advice is incomplete: a part of it could not be shown. See the full basis.',
  },
  'zh-CN': {
    source: '卒中决策支持',
    basis: '完整依据',
    app: '打开卒中应用',
    incomplete: '卒中建议不完整：部分内容未能显示，请查看完整依据。',
  },
} as const satisfies Record<Locale, Record<string, string>>;

export interface CardFrame {
  readonly client: TrustedClient;
  /** Public address of this service without a trailing slash. */
  readonly publicBaseUrl: string;
}

/** `strict`: a card that fails its check throws (development, test). `drop`: it is left out and reported (production). */
export type ResponseMode = 'strict' | 'drop';

export interface AssembledCards {
  readonly cards: readonly Card[];
  readonly sent: readonly SentCard[];
  readonly dropped: readonly DroppedCard[];
}

/** Thrown in strict mode; the message names pointers only. */
export class InvalidCard extends Error {
  override readonly name = 'InvalidCard';
}

/** Any Chinese language tag gets Simplified Chinese, everything else English. */
function wordsFor(locale: string): Locale {
  return /^zh\b/i.test(locale) ? 'zh-CN' : 'en';
}

function links({ evaluationId }: Advice, { client, publicBaseUrl }: CardFrame, locale: Locale): readonly Link[] {
  const basis: Link = {
    label: WORDS[locale].basis,
    url: `${publicBaseUrl}/basis/${encodeURIComponent(evaluationId)}?lang=${locale}`,
    type: 'absolute',
  };
  if (client.smartLaunchUrl === undefined) return [basis];
  return [basis, { label: WORDS[locale].app, url: client.smartLaunchUrl, type: 'smart', appContext: evaluationId }];
}

function suggestion({ label, isRecommended, action }: SuggestionDraft): Suggestion {
  return {
    label,
    uuid: randomUUID(),
    ...(isRecommended === undefined ? {} : { isRecommended }),
    actions: [{ type: action.type, description: action.description, resource: action.resource }],
  };
}

interface Frame {
  readonly locale: Locale;
  readonly publicBaseUrl: string;
  readonly links: readonly Link[];
}

function source(topic: Topic, { locale, publicBaseUrl }: Frame): Card['source'] {
  const { code, [locale]: display } = TOPICS[topic];
  return { label: WORDS[locale].source, url: publicBaseUrl, topic: { system: TOPIC_SYSTEM, code, display } };
}

function toCard(draft: CardDraft, frame: Frame): Card {
  return {
    uuid: randomUUID(),
    summary: draft.summary,
    ...(draft.detail === '' ? {} : { detail: draft.detail }),
    indicator: draft.indicator,
    source: source(draft.topic, frame),
    ...(draft.suggestions.length === 0
      ? {}
      : { suggestions: draft.suggestions.map(suggestion), selectionBehavior: 'any' as const }),
    ...(TOPICS[draft.topic].overridable ? { overrideReasons: overrideReasons(frame.locale) } : {}),
    links: frame.links,
  };
}

/** Advice that lacks a part must not look whole. */
function incompleteNotice(frame: Frame): Card {
  return {
    uuid: randomUUID(),
    summary: WORDS[frame.locale].incomplete,
    indicator: 'warning',
    source: source('incomplete', frame),
    links: frame.links,
  };
}

function sentCard(card: Card, draft: CardDraft | undefined): SentCard {
  const ids = draft?.suggestions ?? [];
  return {
    uuid: card.uuid,
    topic: draft?.topic ?? 'incomplete',
    summary: card.summary,
    indicator: card.indicator,
    suggestions: (card.suggestions ?? []).map(({ uuid }, index) => ({ uuid, id: ids[index]?.id ?? '' })),
  };
}

function checkResponse(cards: readonly Card[]): void {
  const wrong = checks().response({ cards });
  if (wrong.length > 0) throw new InvalidCard(wrong.map(({ pointer, text }) => `${pointer} ${text}`).join('; '));
}

/**
 * @returns at most five cards, all of them valid; and what was left out, for the audit record
 * @throws InvalidCard in strict mode when a card fails its check or there are too many
 */
export function assembleCards(advice: Advice, cardFrame: CardFrame, mode: ResponseMode): AssembledCards {
  const locale = wordsFor(advice.locale);
  const frame: Frame = { locale, publicBaseUrl: cardFrame.publicBaseUrl, links: links(advice, cardFrame, locale) };
  const cards: Card[] = [];
  const sent: SentCard[] = [];
  const dropped: DroppedCard[] = [];
  for (const draft of advice.cards) {
    const card = toCard(draft, frame);
    const findings = cardFindings(card).map(({ pointer, text }) => `${pointer} ${text}`);
    const reasons = findings.length === 0 && cards.length === MOST_CARDS ? ['more than five cards'] : findings;
    if (reasons.length === 0) {
      cards.push(card);
      sent.push(sentCard(card, draft));
    } else if (mode === 'strict') {
      throw new InvalidCard(`card '${draft.topic}': ${reasons.join('; ')}`);
    } else {
      dropped.push({ topic: draft.topic, summary: draft.summary, reasons });
    }
  }
  if (dropped.length > 0 && cards.length < MOST_CARDS) {
    const notice = incompleteNotice(frame);
    cards.push(notice);
    sent.push(sentCard(notice, undefined));
  }
  if (mode === 'strict') checkResponse(cards);
  return { cards, sent, dropped };
}
