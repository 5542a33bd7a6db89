/** What the software sees of blood and nobody confirmed, for every card that a treatment may rest on. Markdown, or ''. */
import { candidates, findingOf, hemorrhageDoubt, holds, IMAGING_FINDINGS } from '../../case/index.ts';
import { hematomaCourse, type RegisteredCourse } from '../../decisions/intracerebral-hemorrhage/index.ts';
import type { SitePolicy } from '../../decisions/evaluation.ts';
import type { ExplainContext } from '../explain-context.ts';
import { findingValue } from '../format/finding-text.ts';
import { escapeValue } from '../format/markdown.ts';

export function computedHemorrhageLine(c: ExplainContext): string {
  const doubt = hemorrhageDoubt(c.stroke);
  if (doubt === null) return unreadLine(c);
  const { certainty, computed, kind } = doubt;
  const volume = findingOf(computed, 'hemorrhage-volume');
  const at = computed.presence.acquiredAt;
  return c.texts.text(`imaging.hemorrhage-${certainty}-${kind}`, {
    volume: volume === undefined ? '' : escapeValue(findingValue(volume, c.f)),
    time: at === null ? '' : c.f.time(at),
  });
}

/** The record says that there is no hemorrhage, and what the software saw since could not be read: silence would look like agreement. */
function unreadLine(c: ExplainContext): string {
  const { facts, degradations } = c.stroke;
  const isUnread = degradations.some(({ where }) => where === IMAGING_FINDINGS);
  if (!isUnread || holds(facts.hemorrhageOnImaging, (present) => present) !== false) return '';
  const at = candidates(facts.hemorrhageOnImaging)[0]?.at;
  return at === null || at === undefined
    ? c.texts.text('imaging.hemorrhage-unread-undated')
    : c.texts.text('imaging.hemorrhage-unread', { time: c.f.span(at) });
}

/** Two scans: growth with its figures, new blood in the ventricles, new hypodensity. */
export function courseLine(operator: SitePolicy['hematomaExpansionOperator'], c: ExplainContext): string {
  const course = hematomaCourse(c.stroke, { hematomaExpansionOperator: operator });
  if (course === null) return '';
  const { growthMl, growthPercent, hours } = course;
  const scans = {
    from: escapeValue(findingValue(course.from, c.f)),
    to: escapeValue(findingValue(course.to, c.f)),
    hours: c.f.number(Math.round(hours * 10) / 10),
  };
  if (!course.isMeasuredAlike) return c.texts.text('imaging.course-other-network', scans);
  const figures = c.texts.text('imaging.course-figures', {
    ...scans,
    growth: c.f.number(Math.round(growthMl * 10) / 10),
    percent: growthPercent === null ? '–' : c.f.number(Math.round(growthPercent)),
  });
  const reasons = [
    course.isExpansion
      ? c.texts.text(course.isWithinUncertainty ? 'imaging.course-growth-unsure' : 'imaging.course-growth')
      : '',
    course.newIntraventricular ? c.texts.text('imaging.course-ventricles') : '',
    course.newHypodensity ? c.texts.text('imaging.course-hypodensity') : '',
    course.isUncertain ? c.texts.text('imaging.course-uncertain') : '',
  ].filter((reason) => reason !== '');
  const basis = basisText(course.registered, c);
  return course.activeBleedingSuspected
    ? c.texts.text('imaging.course-suspected', { reasons: reasons.join(c.texts.text('ui.semicolon')), figures, basis })
    : c.texts.text(course.isUncertain ? 'imaging.course-stable-uncertain' : 'imaging.course-stable', {
        figures,
        basis,
      });
}

/** Whether the scans were laid on each other, and how well. */
function basisText(registered: RegisteredCourse | null, c: ExplainContext): string {
  if (registered === null) return c.texts.text('imaging.course-by-findings');
  const rounded = (value: number, digits: number): string =>
    c.f.number(Math.round(value * 10 ** digits) / 10 ** digits);
  return c.texts.text('imaging.course-registered', {
    correlation: rounded(registered.correlation, 2),
    error: rounded(registered.errorMm, 1),
    new: rounded(registered.newBloodMl, 1),
  });
}
