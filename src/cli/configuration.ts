import { describeProblems, readConfig, type Config } from '../config/index.ts';
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
