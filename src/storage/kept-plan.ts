/**
 * Statements that run in every call and whose plan cannot go out of date: inserts. Where the database can, they are parsed
 * and planned once. Nothing else is kept: the plan of a search depends on how much there is, and an embedded database never
 * finds out that it has grown.
 */
import { CompiledQuery } from 'kysely';

export interface KeptPlan extends CompiledQuery {
  readonly keepsPlan: true;
}

/** @param statement the same text each time; what varies goes into the parameters */
export function keptPlan(statement: string, parameters: readonly unknown[]): KeptPlan {
  return { ...CompiledQuery.raw(statement, [...parameters]), keepsPlan: true };
}

export const keepsPlan = (query: object): boolean => 'keepsPlan' in query && query.keepsPlan === true;
