import MarkdownIt from 'markdown-it';
import type { AboutSection } from '../content/card-content.ts';
import type { ExplainContext } from '../explain-context.ts';
import { html, join, section, text, type Html } from './html-parts.ts';

// Our own texts, and still without HTML or links: content is edited by many hands.
const markdown = new MarkdownIt({ html: false, linkify: false });

/** What the service says about itself: intended use, population, limits, validation, whom to tell. */
export function aboutSections(sections: readonly AboutSection[], c: ExplainContext): Html {
  const parts = sections.map(({ id, title, body }) =>
    html(`<h3 id="about-${text(id)}">${text(title)}</h3>${markdown.render(body)}`),
  );
  return section('about', c.texts.text('page.about'), join(parts));
}
