#!/usr/bin/env -S node --min-semi-space-size=32 --max-semi-space-size=64
import './inference/no-telemetry.ts';
import { Command } from 'commander';
import type { AnalyzeCommandOptions } from './cli/analyze.ts';
import type { DeidentifyCommandOptions } from './cli/deidentify.ts';
import type { ImagesAnalyzeOptions } from './cli/images-analyze.ts';
import type { EvaluateOptions } from './cli/evaluate.ts';
import type { SeriesExplainOptions } from './cli/series-explain.ts';
import type { JobsListOptions } from './cli/jobs.ts';
import type { ReportOptions } from './cli/models-report.ts';
import type { PredictCommandOptions } from './cli/predict.ts';
import type { FeaturesOptions } from './cli/features.ts';
import { CommandError, EXIT } from './cli/terminal.ts';
import { VERSION } from './product.ts';

const CONFIG_OPTION = ['--config <file>', 'configuration; else STROKE_CDS_CONFIG; else the defaults'] as const;

const AIF_OPTION = [
  '--aif <i,j,k>',
  'voxel of the arterial input, instead of the automatic choice (perfusion)',
] as const;
const VOF_OPTION = [
  '--vof <i,j,k>',
  'voxel of the venous output, instead of the automatic choice (perfusion)',
] as const;
const DECONVOLUTION_OPTION = [
  '--deconvolution <method>',
  'oscillation-index (default) or plain-svd, for comparison (perfusion)',
] as const;

// Each command loads its own part of the product when it runs: --help and score need no database.
const EXIT_CODES = `
Exit codes:
  0  done
  1  done, and problems were found: rows or files with errors, a broken audit chain, a configuration that cannot be used
  2  could not run: wrong arguments, unreadable input, output that cannot be written
  3  the service or its database could not start`;

function program(finish: (code: number) => void): Command {
  const cli = new Command('stroke-cds')
    .description('Open stroke decision support: CDS Hooks service, offline evaluation, scores, audit.')
    .version(VERSION)
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();

  cli
    .command('serve')
    .description('run the service until it is told to stop (SIGTERM, SIGINT)')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string }) => {
      const { serveCommand } = await import('./cli/serve.ts');
      finish(await serveCommand(options));
    });

  cli
    .command('evaluate')
    .description('the decisions of the service for patients on disk, for research and review')
    .argument('<path...>', 'bundles (.json), resources a line (.ndjson), either gzipped, or folders of them')
    .option('--at <instant>', "decide as of this instant, with zone; else the bundle's timestamp, else now")
    .option('--guideline <id>', 'aha-asa-2026, aha-asa-2019 or eso-2021-2023; else the configured one')
    .option('--locale <id>', 'language of the cards: en, zh-CN')
    .option('--json', 'one JSON object a patient: decisions with every criterion, and cards')
    .option(...CONFIG_OPTION)
    .addHelpText(
      'after',
      `
A bundle counts as the whole record of its patients: a list that holds nothing of a kind says 'none recorded'.
So do the NDJSON files of one folder together, as a bulk export writes them. What was lost on the way is said on
standard error, and its lists count as incomplete.

Example:
  stroke-cds evaluate fhir-resources/examples --guideline aha-asa-2019`,
    )
    .action(async (paths: string[], options: EvaluateOptions) => {
      const { evaluateCommand } = await import('./cli/evaluate.ts');
      finish(await evaluateCommand(paths, options));
    });

  cli
    .command('score')
    .description('published scores for rows of {"score", "inputs"}')
    .argument('[file]', 'JSON array or NDJSON; standard input when left out')
    .addHelpText(
      'after',
      `
Every row comes back with "result", or with "error" naming the input, its range and how to mend it.

Example:
  echo '{"score":"ICH score","inputs":{"gcs":8,"age":50,"ich_volume_ml":50,"ivh":true,"infratentorial":false}}' | stroke-cds score`,
    )
    .action(async (file: string | undefined) => {
      const { scoreCommand } = await import('./cli/score.ts');
      finish(await scoreCommand(file));
    });

  cli
    .command('features')
    .description('measures of ischemic lesions, from masks in MNI space, as a table for training and review')
    .requiredOption('--lesions <folder>', 'binary masks in MNI space, named <participant>_lesion.nii.gz (or .nii)')
    .requiredOption('--participants <tsv>', 'table with participant_id, and age, sex, nihss, priorstroke, bmi if known')
    .requiredOption('--out <csv>', 'the table to write')
    .option('--threads <n>', 'masks measured at once; else one a processor')
    .addHelpText(
      'after',
      `
One row a participant. Column "state": measured; no-lesion (an empty mask); no-mask; refused. Column "reason": why it
was refused, or what was done to the mask or taken on trust.
A mask of another grid is resampled; one that is not binary, not 3D, has no position or lies outside of the template
brain is refused and its row stays empty, the others go on (exit code 1). Empty cells are unknown, never 0.

Example:
  stroke-cds features --lesions masks --participants participants.tsv --out features.csv`,
    )
    .action(async (options: FeaturesOptions) => {
      const { featuresCommand } = await import('./cli/features.ts');
      finish(await featuresCommand(options));
    });

  cli
    .command('predict')
    .description('what the trained models say about every row of a table and its lesion masks')
    .requiredOption('--participants <file>', 'table with participant_id, age, sex, nihss; n/a and empty are unknown')
    .option('--lesions <folder>', 'binary masks in MNI space, named <participant>_lesion.nii.gz')
    .requiredOption('--out <file>', 'table to write (.csv)')
    .option('--model <names>', 'families or models to prefer, separated by commas; else all that are active')
    .option(...CONFIG_OPTION)
    .addHelpText(
      'after',
      `
The mRS is the one at discharge. Which variant answers is chosen row by row from what is known; the columns model_mrs and
model_toast name it, and note says what was missing. Not for single patients: the service shows predictions with reasons.

Example:
  stroke-cds predict --participants participants.tsv --lesions masks --out predictions.csv`,
    )
    .action(async (options: PredictCommandOptions) => {
      const { predictCommand } = await import('./cli/predict.ts');
      finish(await predictCommand(options));
    });

  cli
    .command('analyze')
    .description('the imaging pipelines on files of one or more studies, without a service')
    .argument('[path...]', 'DICOM files, NIfTI files (.nii, .nii.gz), or folders of them')
    .option(
      '--out <folder>',
      'write findings.json, SEG and SR, NIfTI maps and masks, and a contact sheet (PNG) below it',
    )
    .option('--json', 'one JSON object a study and pipeline')
    .option('--role <role>', 'what NIfTI files show: ncct, ctp, pwi, adc, …; each is a study of its own')
    .option('--series <role=file...>', 'NIfTI files that are one study: adc=adc.nii.gz dwi-b1000=b1000.nii.gz')
    .option('--earlier <folder>', 'an earlier study of the patient: a hemorrhage is compared with the one found there')
    .option(...AIF_OPTION)
    .option(...VOF_OPTION)
    .option(...DECONVOLUTION_OPTION)
    .option('--locale <id>', 'language of the contact sheet and of remarks: en, zh-CN')
    .option('--last-known-well <instant>', 'with zone; soon after it a core may be none, and the result says so')
    .option(...CONFIG_OPTION)
    .addHelpText(
      'after',
      `
Every series gets its role by rules (stroke-cds series explain says why), every pipeline that has what it needs runs.
What cannot be used is refused with a reason, and the exit code is 1. For research use; nothing leaves this machine.
With --earlier both studies are analyzed, and the scans laid on each other: change of the volume, new blood.

Examples:
  stroke-cds analyze ct-perfusion --out findings
  stroke-cds analyze ct-at-noon --earlier ct-at-eight`,
    )
    .action(async (paths: string[], options: AnalyzeCommandOptions) => {
      const { analyzeCommand } = await import('./cli/analyze.ts');
      finish(await analyzeCommand(paths, options));
    });

  cli
    .command('series')
    .description('series of a study')
    .command('explain')
    .description('the role of every DICOM series in a folder (NCCT, CTP, DWI …), and why it got it')
    .argument('<path...>', 'DICOM files or folders of them')
    .option('--json', 'one JSON object a series')
    .option('--all', 'every rule that did not hold, too')
    .option('--build', 'build each volume and say what was done to it, or why it is none')
    .option(...CONFIG_OPTION)
    .action(async (paths: string[], options: SeriesExplainOptions) => {
      const { seriesExplainCommand } = await import('./cli/series-explain.ts');
      finish(await seriesExplainCommand(paths, options));
    });

  const models = cli.command('models').description('installed models: list, verify, card, and what they said in use');
  models
    .command('list')
    .description('name, version, family, role, origin and state of each')
    .option('--json', 'with digests and reasons')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string; json?: boolean }) => {
      const { modelsListCommand } = await import('./cli/models.ts');
      finish(await modelsListCommand(options));
    });
  models
    .command('verify')
    .description('check files, graphs and statistics as the service does; exit code 1 when one cannot be used')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string }) => {
      const { modelsVerifyCommand } = await import('./cli/models.ts');
      finish(await modelsVerifyCommand(options));
    });
  models
    .command('card')
    .description('the model card: who it was made from, how good it is, where it ends')
    .argument('<name>', 'as in the list')
    .option(...CONFIG_OPTION)
    .action(async (name: string, options: { config?: string }) => {
      const { modelsCardCommand } = await import('./cli/models.ts');
      finish(modelsCardCommand(name, options));
    });
  models
    .command('report')
    .description(
      'what models said in use, from the audit record (stop the service first when its database is embedded)',
    )
    .option('--shadow', 'only families with a model in the shadow, next to the active one')
    .option(
      '--outcomes <csv>',
      'columns evaluation_id and outcome (a class such as mrs-3, or 0 and 1): adds calibration',
    )
    .option('--from <instant>', 'recorded at or after this instant')
    .option('--to <instant>', 'recorded before this instant')
    .option('--json', 'figures for programs')
    .option(...CONFIG_OPTION)
    .action(async (options: ReportOptions) => {
      const { modelsReportCommand } = await import('./cli/models-report.ts');
      finish(await modelsReportCommand(options));
    });

  const jobs = cli
    .command('jobs')
    .description('jobs of the imaging pipelines (stop the service first when its database is embedded)');
  jobs
    .command('list')
    .description('what waits, runs, was cancelled or given up; exit code 1 when some were given up')
    .option('--state <state>', 'queued, running, done, failed or cancelled; else all but done')
    .option('--json', 'one JSON object a job, with its stages and its UPS state')
    .option(...CONFIG_OPTION)
    .action(async (options: JobsListOptions) => {
      const { jobsListCommand } = await import('./cli/jobs.ts');
      finish(await jobsListCommand(options));
    });
  jobs
    .command('requeue')
    .description('put a job that was given up or cancelled in line again')
    .argument('<id>', 'as in the list')
    .option(...CONFIG_OPTION)
    .action(async (id: string, options: { config?: string }) => {
      const { jobsRequeueCommand } = await import('./cli/jobs.ts');
      finish(await jobsRequeueCommand(id, options));
    });
  jobs
    .command('cancel')
    .description('end a job; a running one is asked to end')
    .argument('<id>', 'as in the list')
    .option(...CONFIG_OPTION)
    .action(async (id: string, options: { config?: string }) => {
      const { jobsCancelCommand } = await import('./cli/jobs.ts');
      finish(await jobsCancelCommand(id, options));
    });

  const images = cli
    .command('images')
    .description('received studies (stop the service first when its database is embedded)');
  images
    .command('quarantined')
    .description(
      'studies whose images disagree about the patient (not analyzed), and those that no card could match for sure',
    )
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string }) => {
      const { imagesQuarantinedCommand } = await import('./cli/images.ts');
      finish(await imagesQuarantinedCommand(options));
    });
  images
    .command('deidentify')
    .description('copies of DICOM files without what tells who the patient is (PS3.15 basic profile), for export')
    .argument('<path...>', 'DICOM files or folders of them')
    .requiredOption('--out <folder>', 'where the copies go, named by their new UIDs')
    .option('--retain-uids', 'keep UIDs')
    .option('--dates <how>', "'full': dates are kept; 'modified': moved by days that the key decides; else removed")
    .option('--retain-patient-characteristics', 'keep age, sex, size, weight')
    .option('--retain-device', 'keep the identity of the scanner')
    .option('--retain-institution', 'keep the institution')
    .option('--clean-descriptors', 'keep descriptions, cleaned to a list of words')
    .addHelpText(
      'after',
      `
STROKE_CDS_EXPORT_KEY (base64, 16 bytes or more) decides the pseudonyms: the same key gives the same patient the same one.
Names burned into pixels are warned about (exit code 1), not removed; faces can be reconstructed from thin slices.`,
    )
    .action(async (paths: string[], options: DeidentifyCommandOptions) => {
      const { deidentifyCommand } = await import('./cli/deidentify.ts');
      finish(await deidentifyCommand(paths, options));
    });
  images
    .command('quarantine')
    .description('a person doubts that the study belongs to its patient: what was found of it is taken back')
    .argument('<study>', 'Study Instance UID')
    .option(...CONFIG_OPTION)
    .action(async (study: string, options: { config?: string }) => {
      const { imagesQuarantineCommand } = await import('./cli/images.ts');
      finish(await imagesQuarantineCommand(study, options));
    });
  images
    .command('release')
    .description('a person has found that the study belongs to its patient')
    .argument('<study>', 'Study Instance UID')
    .option(...CONFIG_OPTION)
    .action(async (study: string, options: { config?: string }) => {
      const { imagesReleaseCommand } = await import('./cli/images.ts');
      finish(await imagesReleaseCommand(study, options));
    });
  images
    .command('analyze')
    .description('analyze a study again with what a reviewer chose; it counts for later images of the study, too')
    .argument('<study>', 'Study Instance UID')
    .option(...AIF_OPTION)
    .option(...VOF_OPTION)
    .option(...DECONVOLUTION_OPTION)
    .option('--automatic', 'the automatic choices again, with the networks that are in use now')
    .requiredOption('--by <name>', 'who decided; goes into the audit record')
    .option(...CONFIG_OPTION)
    .action(async (study: string, options: ImagesAnalyzeOptions) => {
      const { imagesAnalyzeCommand } = await import('./cli/images-analyze.ts');
      finish(await imagesAnalyzeCommand(study, options));
    });
  images
    .command('delete')
    .description('delete images, SEG and SR of a study; digests, findings and the audit record stay')
    .argument('<study>', 'Study Instance UID')
    .requiredOption('--reason <text>', 'kept with the digests; no patient data')
    .option(...CONFIG_OPTION)
    .action(async (study: string, options: { config?: string; reason: string }) => {
      const { imagesDeleteCommand } = await import('./cli/images.ts');
      finish(await imagesDeleteCommand(study, options));
    });

  const audit = cli
    .command('audit')
    .description('prove or export the audit record (stop the service first when its database is embedded)');
  audit
    .command('verify')
    .description('find changed, missing or reordered records; exit code 1 when there are any')
    .option(
      '--checkpoint <number:hash or file>',
      'kept outside the database: "last" of an earlier report, a checkpoint line of the log, or a file that holds one',
    )
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string; checkpoint?: string }) => {
      const { auditVerifyCommand } = await import('./cli/audit.ts');
      finish(await auditVerifyCommand(options));
    });
  audit
    .command('export')
    .description('records as NDJSON on standard output; they hold patient data')
    .option('--from <instant>', 'recorded at or after this instant')
    .option('--to <instant>', 'recorded before this instant')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string; from?: string; to?: string }) => {
      const { auditExportCommand } = await import('./cli/audit.ts');
      finish(await auditExportCommand(options));
    });

  cli
    .command('config')
    .description('configuration of a site')
    .command('check')
    .description('every problem of configuration, card content and value sets at once')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string }) => {
      const { configCheckCommand } = await import('./cli/config-check.ts');
      finish(configCheckCommand(options));
    });

  cli
    .command('ehr-config')
    .description(
      'the sheet that an EHR analyst needs: endpoints, prefetch, scopes, topics, override reasons (Markdown)',
    )
    .option('--vendor <name>', 'epic, oracle or generic', 'generic')
    .option(...CONFIG_OPTION)
    .action(async (options: { config?: string; vendor: string }) => {
      const { ehrConfigCommand } = await import('./cli/ehr-config.ts');
      finish(ehrConfigCommand(options));
    });
  return cli;
}

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // `… | head` closes the pipe when it has seen enough.
  if (code === 'EPIPE') process.exit(EXIT.ok);
  process.stderr.write(`stroke-cds: standard output cannot be written (${code ?? 'unknown'})\n`);
  process.exit(EXIT.usage);
});

try {
  await program((code) => {
    process.exitCode = code;
  }).parseAsync();
} catch (error) {
  if (error instanceof CommandError) {
    process.stderr.write(`stroke-cds: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (error instanceof Error && 'exitCode' in error && 'code' in error) {
    // Commander has printed help, version or what is wrong with the arguments.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    throw error;
  }
}
