/** The table of participants, as people really write it: a missing value is unknown, never 0. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { participantsOf, readParticipants } from '../../src/cli/participants.ts';
import { CommandError } from '../../src/cli/terminal.ts';
import { PRODUCT_ROOT } from '../../src/product.ts';

const HEADER = 'participant_id\tsex\tage\tpriorstroke\tbmi\tnihss';
const read = (...lines: string[]) => participantsOf([HEADER, ...lines].join('\n'), 'participants.tsv');
const one = (line: string) => {
  const [person] = read(line).participants;
  if (person === undefined) throw new Error('no participant');
  return person;
};

describe('a participant', () => {
  it('is read with units and types', () => {
    expect(one('sub-1\tF\t71\t0\t24.9\t12')).toMatchObject({
      id: 'sub-1',
      line: 2,
      age: 71,
      ageCapped: false,
      sex: 'female',
      nihss: 12,
      priorStroke: false,
      bmi: 24.9,
      problems: [],
    });
  });

  it.each(['n/a', 'N/A', '', 'NaN', 'null', 'unknown', '.'])("'%s' is unknown, never 0, and no problem", (cell) => {
    const person = one(['sub-1', ...new Array<string>(5).fill(cell)].join('\t'));
    expect([person.age, person.sex, person.nihss, person.priorStroke, person.bmi]).toEqual(
      new Array(5).fill(undefined),
    );
    expect(person).toMatchObject({ ageCapped: false, problems: [] });
    expect(person.values).toEqual({ participant_id: 'sub-1' });
  });

  it('keeps NIHSS 0 as 0', () => {
    expect(one('sub-1\tM\t50\t1\t30\t0')).toMatchObject({ nihss: 0, priorStroke: true });
  });

  it.each(['89+', '>=89', '≥89', '> 89'])("'%s' is at least 89", (cell) => {
    expect(one(`sub-1\tF\t${cell}\t0\t20\t3`)).toMatchObject({ age: 89, ageCapped: true, problems: [] });
  });

  it.each([
    ['NIHSS 99', 'sub-1\tF\t70\t0\t20\t99', 'nihss'],
    ['NIHSS 3.5', 'sub-1\tF\t70\t0\t20\t3.5', 'nihss'],
    ['NIHSS -1', 'sub-1\tF\t70\t0\t20\t-1', 'nihss'],
    ['age in words', 'sub-1\tF\tseventy\t0\t20\t3', 'age'],
    ['sex 2', 'sub-1\t2\t70\t0\t20\t3', 'sex'],
    ['BMI 0', 'sub-1\tF\t70\t0\t0\t3', 'bmi'],
    ['prior stroke 7', 'sub-1\tF\t70\t7\t20\t3', 'priorStroke'],
  ] as const)('%s is unknown and said, without the value', (_name, line, field) => {
    const person = one(line);
    expect(person[field]).toBeUndefined();
    expect(person.problems).toHaveLength(1);
    expect(person.problems[0]).toMatch(new RegExp(`^${field.toLowerCase()} is no`));
    expect(person.problems[0]).not.toMatch(/seventy|99|3\.5|is -1/);
  });
});

describe('a table', () => {
  it.each([
    ['a byte order mark and CRLF', '\uFEFF' + HEADER + '\r\nsub-1\tF\t71\t0\t24,9\t12\r\n'],
    [
      'quotes',
      `${HEADER.split('\t')
        .map((c) => `"${c}"`)
        .join('\t')}\n"sub-1"\t"F"\t"71"\t"0"\t"24.9"\t"12"`,
    ],
    ['commas', 'participant_id,sex,age,priorstroke,bmi,nihss\nsub-1,F,71,0,24.9,12\n'],
    ['semicolons and decimal commas', 'participant_id;sex;age;priorstroke;bmi;nihss\nsub-1;F;71;0;24,9;12\n'],
    [
      'columns in another order and case',
      'NIHSS\tParticipant_ID\tBMI\tage\tSex\tPriorStroke\n12\tsub-1\t24.9\t71\tF\t0',
    ],
    ['blank lines and spaces', `${HEADER}\n\n sub-1 \t F\t71 \t0\t24.9\t12\n\n`],
  ])('may have %s', (_name, content) => {
    const { participants, warnings } = participantsOf(content, 'p.tsv');
    expect(participants).toHaveLength(1);
    expect(participants[0]).toMatchObject({
      id: 'sub-1',
      sex: 'female',
      age: 71,
      priorStroke: false,
      bmi: 24.9,
      nihss: 12,
    });
    expect(warnings).toEqual([]);
  });

  it('may lack columns: unknown for everybody, and said', () => {
    const { participants, warnings } = participantsOf('participant_id\tage\nsub-1\t60\n', 'p.tsv');
    expect(participants[0]).toMatchObject({ age: 60, nihss: undefined, sex: undefined });
    expect(warnings.map((warning) => /no column (\w+)/.exec(warning)?.[1]).sort()).toEqual([
      'bmi',
      'nihss',
      'priorstroke',
      'sex',
    ]);
  });

  it('may have short and long rows, and other columns', () => {
    const { participants, columns } = participantsOf(
      'participant_id\tage\tsite\nsub-1\nsub-2\t60\tnorth\textra\n',
      'p.tsv',
    );
    expect(columns).toEqual(['participant_id', 'age', 'site']);
    expect(participants.map(({ age }) => age)).toEqual([undefined, 60]);
    expect(participants[1]?.values).toEqual({ participant_id: 'sub-2', age: '60', site: 'north' });
  });

  it('says which rows repeat somebody or name nobody', () => {
    const { participants, warnings } = read('sub-1\tF\t71\t0\t25\t1', 'n/a\tF\t71\t0\t25\t1', 'sub-1\tF\t71\t0\t25\t1');
    expect(participants).toHaveLength(2);
    expect(warnings).toEqual([
      expect.stringMatching(/line 3 .*no participant_id/),
      expect.stringMatching(/line 4 .*repeats sub-1/),
    ]);
  });

  it.each([
    ['nothing', '', /is empty/],
    ['a header alone', HEADER, /no participants/],
    ['no participant_id', 'id\tage\nsub-1\t60', /no column participant_id; its columns are: id, age/],
    ['an open quotation mark', `${HEADER}\n"sub-1\tF\t71`, /quotation mark|no participant/],
  ])('of %s is refused', (_name, content, reason) => {
    expect(() => participantsOf(content, 'p.tsv')).toThrow(CommandError);
    expect(() => participantsOf(content, 'p.tsv')).toThrow(reason);
  });

  it('of any text is a table or a sentence, never a crash', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\t', '\n', '"', 'a', '9', '+', ',', '\r', 'n/a') }), (text) => {
        try {
          expect(read(text).participants.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-participants-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('may be what a spreadsheet calls Unicode text (UTF-16)', async () => {
    const file = join(folder, 'utf16.tsv');
    writeFileSync(file, Buffer.from(`\uFEFF${HEADER}\r\nsub-1\tF\t71\t0\t25\t12\r\n`, 'utf16le'));
    expect((await readParticipants(file)).participants[0]).toMatchObject({ id: 'sub-1', nihss: 12 });
  });

  it('that is not there is named', async () => {
    await expect(readParticipants(join(folder, 'none.tsv'))).rejects.toThrow(/cannot read .*none\.tsv/);
  });

  const SOOP = join(PRODUCT_ROOT, '../shared/data/soop/participants_dev.tsv');
  it.skipIf(!existsSync(SOOP))('of the development data reads without a problem (../shared/data/soop)', async () => {
    const { participants, warnings } = await readParticipants(SOOP);
    expect(participants.length).toBeGreaterThan(1000);
    expect([warnings, participants.flatMap(({ problems }) => problems)]).toEqual([[], []]);
    const capped = participants.filter(({ ageCapped }) => ageCapped);
    expect(capped.length).toBeGreaterThan(0);
    expect(new Set(capped.map(({ age }) => age))).toEqual(new Set([89]));
  });
});
