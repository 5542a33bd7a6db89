import type { ExplainContext } from '../explain-context.ts';
export function targetsBlock(_t: unknown, _c: ExplainContext): string {
  return '';
}
