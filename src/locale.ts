import { LOCALES, type Locale } from './explanation/content/card-content.ts';

/**
 * The language of the cards: the client's trust record decides, else the best match of Accept-Language among the
 * languages that the site offers, else the site's. Any Chinese is answered in Simplified Chinese, the only Chinese there is.
 */
export function preferredLocale(
  configured: Locale | undefined,
  acceptLanguage: string | undefined,
  fallback: Locale,
  offered: readonly Locale[] = LOCALES,
): Locale {
  if (configured !== undefined) return configured;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const q = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((v) => v !== undefined);
      return { language: tag.split('-')[0], q: q === undefined ? 1 : Number(q) };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { language } of wanted) {
    const match = offered.find((locale) => locale.split('-')[0] === language);
    if (match !== undefined) return match;
  }
  return fallback;
}
