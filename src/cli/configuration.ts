import { describeProblems, readConfig, type Config } from '../config/index.ts';
import type { RoleRule } from '../imaging/series/rule.ts';
import { seriesRules } from '../site-files.ts';
import { CommandError, EXIT } from './terminal.ts';

/** @throws CommandError with every problem of the configuration */
export function configuration(file: string | undefined): Config {
  const result = readConfig(process.env, file);
  if ('config' in result) return result.config;
  throw new CommandError(
    `the configuration cannot be used:\n${describeProblems(result.problems)
      .split('\n')
      .map((line) => `  - ${line}`)
      .join('\n')}`,
    EXIT.problems,
  );
}

/** @throws CommandError for a table of series rules that cannot be used */
export function rulesOf(config: Config): readonly RoleRule[] {
  try {
    return seriesRules(config.imaging);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'the series rules cannot be used', EXIT.problems);
  }
}
