/**
 * The main job, with every part real: an EHR calls the hook for each example patient, with prefetch and without, and the
 * cards say what the story demands. The service, its database and the FHIR server run in this process.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviseOnRecord } from '../../src/advice.ts';
import { cardFindings } from '../../src/cds-hooks/card-rules.ts';
import { checks } from '../../src/cds-hooks/validation.ts';
import { composeAdvisorParts } from '../../src/compose.ts';
import { exampleStories, type Story } from '../../src/demo/example-patients.ts';
import { openModels, type OpenModels } from '../../src/models.ts';
import { registryOptions } from '../../src/registry-options.ts';
import { recordsFromResources, resourcesOf } from '../../src/fhir/offline-records.ts';
import {
  PUBLIC_URL,
  said,
  startService,
  STORY_TIME,
  topicOf,
  type Answer,
  type Card,
  type TestService,
} from '../support/service.ts';

const stories = exampleStories();

interface Statement {
  readonly indicator?: 'info' | 'warning' | 'critical';
  readonly en: RegExp;
  readonly zh: RegExp;
}
const UNDECIDED_EN = 'cannot be decided yet, missing: ';

/** By story and topic. AHA/ASA 2026, a site with thrombectomy, 14:00 UTC. */
const PROMISES: Readonly<Record<string, Readonly<Record<string, Statement>>>> = {
  'early-large-vessel-occlusion': {
    strokeState: {
      indicator: 'info',
      en: /^Suspected stroke: onset 12:40 \(1 h 20 min ago\), NIHSS 14, BP 162\/88 mmHg/,
      zh: /^疑似卒中：发病12:40（1小时20分前），NIHSS 14分/,
    },
    thrombolysis: {
      indicator: 'warning',
      en: /^Thrombolysis: recommended, window closes 17:10 \(3 h 10 min left\)/,
      zh: /^静脉溶栓：推荐，时间窗17:10截止/,
    },
    thrombectomy: { indicator: 'warning', en: /^Thrombectomy: recommended/, zh: /^血管内取栓：推荐/ },
    outlook: {
      indicator: 'info',
      en: /^Outlook untreated: independent at 90 days .+, with thrombolysis \+\d+, thrombectomy \+\d+ of 100; sICH .+ %$/,
      zh: /^预后（未治疗）：90天功能独立.+溶栓\+\d+人、取栓\+\d+人；.*出血/,
    },
  },
  'laboratory-pending': {
    thrombolysis: {
      en: /^Thrombolysis: (reasonable|may be considered).*window closes 17:30/,
      zh: /^静脉溶栓：(合理|可以考虑).*时间窗17:30截止/,
    },
  },
  'blood-pressure-too-high': {
    thrombolysis: {
      indicator: 'warning',
      en: /^Thrombolysis: not yet, first: lower BP below 185\/110 mmHg .*\(now 205\/118\), window closes 16:40/,
      zh: /^静脉溶栓：暂缓，须先：将血压降至185\/110 mmHg以下.*时间窗16:40截止/,
    },
  },
  // 2026: a direct oral anticoagulant within 48 hours is a relative contraindication.
  'apixaban-this-morning': {
    thrombolysis: {
      en: /^Thrombolysis: (may be considered|cannot be decided)/,
      zh: /^静脉溶栓：(可以考虑|暂不能判断)/,
    },
    thrombectomy: { indicator: 'warning', en: /^Thrombectomy: recommended/, zh: /^血管内取栓：推荐/ },
  },
  'wake-up-stroke-mri-mismatch': {
    strokeState: { en: /^Suspected stroke: last known well 03:50/, zh: /^疑似卒中：最后正常03:50/ },
    // 4.5 hours from 11:30, when he woke.
    thrombolysis: {
      indicator: 'warning',
      en: /^Thrombolysis: reasonable, window closes 16:00 \(2 h left\)/,
      zh: /^静脉溶栓：合理，时间窗16:00截止/,
    },
    thrombectomy: { indicator: 'info', en: /^Thrombectomy: does not apply/, zh: /^血管内取栓：不适用/ },
  },
  'late-window-with-perfusion': {
    thrombectomy: { indicator: 'warning', en: /^Thrombectomy: recommended/, zh: /^血管内取栓：推荐/ },
  },
  'hemorrhage-on-warfarin': {
    thrombolysis: {
      en: /^Thrombolysis: contraindicated \(Acute intracranial hemorrhage/,
      zh: /^静脉溶栓：禁忌（急性颅内出血/,
    },
    hemorrhage: {
      indicator: 'warning',
      en: /^Intracranial hemorrhage: .*anticoagulant reversal/,
      zh: /^颅内出血：.*抗凝逆转/,
    },
  },
  'mild-not-disabling': {
    thrombolysis: { indicator: 'info', en: /^Thrombolysis: not recommended/, zh: /^静脉溶栓：不推荐/ },
  },
  'basilar-occlusion': {
    strokeState: { en: /NIHSS at least 21/, zh: /NIHSS至少21分/ },
    thrombectomy: { indicator: 'warning', en: /^Thrombectomy: recommended/, zh: /^血管内取栓：推荐/ },
  },
  'worse-after-tenecteplase': {
    complication: {
      indicator: 'critical',
      en: /^Suspected hemorrhage after tenecteplase: NIHSS 9 → 15/,
      zh: /^替奈普酶溶栓后疑似.*NIHSS由9分升至15分/,
    },
  },
  'only-a-stroke-code': {
    strokeState: {
      en: /^Suspected stroke: onset and last known well not recorded/,
      zh: /^疑似卒中：发病及最后正常时间无记录/,
    },
    thrombolysis: {
      en: new RegExp(`^Thrombolysis: ${UNDECIDED_EN}hemorrhage on imaging`),
      zh: /^静脉溶栓：暂不能判断/,
    },
  },
  // An INR that cannot be and two pressures at one minute: nothing may be concluded from either.
  'entries-that-cannot-be': {
    thrombolysis: { en: new RegExp(`^Thrombolysis: ${UNDECIDED_EN}`), zh: /^静脉溶栓：暂不能判断/ },
    missingData: { en: /^Check entries that were not used: weight/, zh: /^请核对未被采用的记录：体重/ },
  },
  'platelets-too-low': {
    thrombolysis: { en: /^Thrombolysis: contraindicated \(Platelets/, zh: /^静脉溶栓：禁忌（血小板/ },
  },
  'no-stroke': {},
  'fibrillation-worked-up': {
    outlook: { indicator: 'info', en: /^Outlook/, zh: /^预后/ },
    subtype: {
      indicator: 'info',
      en: /^Subtype: TOAST cardioembolism \(probable\); CISS cardiogenic stroke/,
      zh: /^病因分型：TOAST 心源性栓塞型（很可能）；CISS 心源性卒中/,
    },
  },
  // Outlook and cause share what room the others leave: here the cause is a section.
  'lacunar-worked-up': { outlook: { indicator: 'info', en: /^Outlook untreated/, zh: /^预后（未治疗）/ } },
  'carotid-stenosis-with-lesion': {
    outlook: {
      indicator: 'info',
      en: /^Outlook untreated: .+with thrombolysis \+\d+/,
      zh: /^预后（未治疗）：.+溶栓\+\d+人/,
    },
    subtype: {
      indicator: 'info',
      en: /^Subtype: TOAST large-artery atherosclerosis \(possible\); CISS large-artery/,
      zh: /^病因分型：TOAST 大动脉粥样硬化型（可能）；CISS 大动脉粥样硬化（颅内外）/,
    },
  },
};

const byTopic = (cards: readonly Card[], topic: string): Card | undefined =>
  cards.find((card) => topicOf(card) === topic);

async function offline({ bundle }: Story, service: TestService): Promise<unknown> {
  const parts = composeAdvisorParts(service.config, { error: () => undefined });
  const [record] = recordsFromResources(resourcesOf(bundle), 0);
  if (record === undefined) throw new Error('the bundle holds no patient');
  const { predict } = models;
  const { cards } = await adviseOnRecord(record, STORY_TIME, 'en', {
    ...parts,
    ...(predict === undefined ? {} : { predict }),
  });
  const codes: Readonly<Record<string, string>> = { 'stroke-state': 'strokeState', 'missing-data': 'missingData' };
  return cards.map(({ topic, summary, detail, indicator, suggestions }) => ({
    topic: codes[topic] ?? topic,
    summary,
    detail,
    indicator,
    suggestions: suggestions.map(({ label, isRecommended, action }) => ({
      label,
      isRecommended: isRecommended ?? false,
      actions: [action],
    })),
  }));
}

let service: TestService;
let models: OpenModels;
beforeAll(async () => {
  service = await startService();
  models = await openModels(registryOptions(service.config), { warn: () => undefined, error: () => undefined });
});
afterAll(async () => {
  await models.registry.close();
  await service.close();
});

it('there is a promise for every example patient', () => {
  expect(Object.keys(PROMISES).sort()).toEqual(stories.map(({ id }) => id).sort());
});

describe.each(stories)('$id', (story) => {
  let read: Answer;
  let chinese: Answer;
  beforeAll(async () => {
    read = await service.open(story.id);
    chinese = await service.open(story.id, { prefetch: 'full', fhirServer: null, acceptLanguage: 'zh-CN,zh;q=0.9' });
  });

  it('says what the story demands, in English and in Chinese', () => {
    expect([read.status, chinese.status]).toEqual([200, 200]);
    const found: unknown[] = [];
    const promised: unknown[] = [];
    for (const [topic, { en, zh, indicator }] of Object.entries(PROMISES[story.id] ?? {})) {
      const card = byTopic(read.cards, topic);
      found.push([
        topic,
        indicator === undefined ? undefined : card?.indicator,
        card?.summary,
        byTopic(chinese.cards, topic)?.summary,
      ]);
      promised.push([topic, indicator, expect.stringMatching(en), expect.stringMatching(zh)]);
    }
    expect(found).toEqual(promised);
  });

  it('the same from prefetch, from own reads, from both, and offline', async () => {
    const prefetched = await service.open(story.id, { prefetch: 'full', fhirServer: null });
    const whole = await service.prefetch(story.id);
    const half = Object.fromEntries(Object.entries(whole).filter((_, index) => index % 2 === 0));
    const mixed = await service.open(story.id, { prefetch: half });
    expect(said(read.cards)).toEqual(await offline(story, service));
    expect(said(prefetched.cards)).toEqual(said(read.cards));
    expect(said(mixed.cards)).toEqual(said(read.cards));
  });

  it('is valid by the schema and by the rules of a card', () => {
    for (const { text, cards } of [read, chinese]) {
      expect(checks().response(JSON.parse(text))).toEqual([]);
      expect(cards.flatMap((card) => cardFindings(card as never))).toEqual([]);
      expect(cards.length).toBeLessThanOrEqual(5);
      for (const { summary, detail } of cards) {
        expect(summary.length).toBeLessThan(140);
        expect(`${summary}${detail ?? ''}`).not.toMatch(/undefined|NaN|\[object|null|<[a-z]/i);
      }
    }
  });

  it('its suggestions can be carried out as they are, and no drug is chosen beforehand', () => {
    for (const { suggestions = [] } of read.cards) {
      for (const { label, uuid, isRecommended, actions = [] } of suggestions) {
        expect([label.length > 0, uuid?.length, actions.length]).toEqual([true, 36, 1]);
        const [action] = actions;
        expect(action).toMatchObject({
          type: 'create',
          resource: { status: 'draft', subject: { reference: `Patient/${story.id}` } },
        });
        expect(action?.description.length).toBeGreaterThan(0);
        expect(['ServiceRequest', 'MedicationRequest']).toContain(action?.resource?.resourceType);
        if (action?.resource?.resourceType === 'MedicationRequest') expect(isRecommended ?? false).toBe(false);
      }
    }
  });

  it('its links open the full basis, in the language of the card', async () => {
    for (const [answer, lang] of [
      [read, 'en'],
      [chinese, 'zh-CN'],
    ] as const) {
      const links = answer.cards.flatMap((card) => card.links ?? []);
      expect(links.map(({ type }) => type)).toEqual(answer.cards.map(() => 'absolute'));
      const [url] = [...new Set(links.map((link) => link.url))];
      if (url === undefined) continue;
      const page = await service.get(url.replace(PUBLIC_URL, ''));
      const html = await page.text();
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(html).toMatch(/^<!doctype html>/i);
      expect(html).toContain(`lang="${lang}"`);
      expect(html).not.toMatch(/<script|undefined|NaN|\[object/);
    }
  });
});

it('a patient without anything that points to a stroke gets no card, and nothing else', async () => {
  expect((await service.open('no-stroke')).text).toBe('{"cards":[]}');
});

describe('the basis page', () => {
  it.each(['8b8f6c3e-5a77-4a0c-9d0e-000000000000', 'x', '..%2F..%2Fetc%2Fpasswd', "a'; drop table audit_record; --"])(
    'there is none for %s',
    async (id) => {
      const page = await service.get(`/basis/${id}`);
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    },
  );
});

describe('one card at most speaks of drugs', () => {
  it('the dose suggestion comes with a yes only', async () => {
    for (const { id } of stories) {
      const { cards } = await service.open(id, { prefetch: 'full' });
      const drugs = cards.filter((card) =>
        card.suggestions?.some(({ actions }) => actions?.[0]?.resource?.resourceType === 'MedicationRequest'),
      );
      for (const { summary } of drugs) {
        expect(summary).toMatch(/^Thrombolysis: (recommended|reasonable|may be considered)/);
      }
      expect(drugs.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('what the client is', () => {
  it.each([
    [undefined, 'en'],
    ['de-CH, fr;q=0.9', 'en'],
    ['de, zh;q=0.5, en;q=0.4', 'zh'],
    ['zh-TW', 'zh'],
    ['en-GB, zh;q=0.9', 'en'],
    ['zh;q=0, en', 'en'],
    ['*', 'en'],
    [';;;,q=x', 'en'],
  ])('Accept-Language %s is answered in %s', async (acceptLanguage, language) => {
    const { cards } = await service.open('only-a-stroke-code', acceptLanguage === undefined ? {} : { acceptLanguage });
    expect(cards[0]?.summary).toMatch(language === 'zh' ? /^疑似卒中/ : /^Suspected stroke/);
  });

  it('its own language and app win: Chinese cards, a SMART link that carries the evaluation', async () => {
    const smartLaunchUrl = 'https://app.example.org/launch';
    const other = await startService({ client: { locale: 'zh-CN', smartLaunchUrl } });
    try {
      const { cards } = await other.open('early-large-vessel-occlusion', { acceptLanguage: 'en' });
      expect(cards[1]?.summary).toMatch(/^静脉溶栓/);
      for (const { links = [] } of cards) {
        const [basis, app] = links;
        expect(links.map(({ type }) => type)).toEqual(['absolute', 'smart']);
        expect(app?.url).toBe(smartLaunchUrl);
        expect(basis?.url).toContain(`/basis/${app?.appContext ?? 'none'}?`);
      }
    } finally {
      await other.close();
    }
  });

  it("the site's language counts where nobody says one", async () => {
    const other = await startService({ config: { defaultLocale: 'zh-CN' } });
    try {
      expect((await other.open('only-a-stroke-code')).cards[0]?.summary).toMatch(/^疑似卒中/);
      const english = await other.open('only-a-stroke-code', { acceptLanguage: 'en' });
      expect(english.cards[0]?.summary).toMatch(/^Suspected stroke/);
    } finally {
      await other.close();
    }
  });

  it('a site that offers Chinese only is not answered in English because of a browser', async () => {
    const other = await startService({ config: { defaultLocale: 'zh-CN', locales: ['zh-CN'] } });
    try {
      const { cards } = await other.open('only-a-stroke-code', { acceptLanguage: 'en' });
      expect(cards[0]?.summary).toMatch(/^疑似卒中/);
    } finally {
      await other.close();
    }
  });
});

it('an entry that cannot be is named with its value, so that it can be corrected', async () => {
  const { cards } = await service.open('entries-that-cannot-be');
  const text = cards.map(({ detail }) => detail ?? '').join('\n');
  expect(text).toMatch(/INR 480/);
  expect(text).toMatch(/weight 700/i);
});

it('where the guideline sets disagree, the card says so', async () => {
  const { cards } = await service.open('apixaban-this-morning');
  expect(byTopic(cards, 'thrombolysis')?.detail).toMatch(/AHA\/ASA 2019/);
});
