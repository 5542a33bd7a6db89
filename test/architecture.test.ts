/** The direction of imports and the purity of the decisions, read from the sources themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

interface Import {
  /** 'case/fact.ts' for our own files, the package name otherwise. */
  readonly target: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
}

interface SourceFile {
  /** Path below src with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readSource(path.split(sep).join('/')));

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const named = importOf(node);
    if (named !== undefined) imports.push({ ...resolved(path, named.from), typeOnly: named.typeOnly });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, text, imports };
}

function importOf(node: ts.Node): { from: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return {
      from: node.moduleSpecifier.text,
      typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    return { from: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    if (argument !== undefined && ts.isStringLiteral(argument)) return { from: argument.text, typeOnly: false };
  }
  return undefined;
}

function resolved(path: string, from: string): Omit<Import, 'typeOnly'> {
  if (!from.startsWith('.')) return { target: from, own: false };
  const target = relative(SRC, normalize(join(SRC, dirname(path), from)));
  return { target: target.split(sep).join('/'), own: true };
}

const part = (path: string): string => path.split('/')[0] ?? '';
const inPart = (...parts: readonly string[]): SourceFile[] => files.filter(({ path }) => parts.includes(part(path)));

/** Every import of `from` that `allowed` refuses, as 'file → target'. */
function offences(from: readonly SourceFile[], allowed: (found: Import, file: SourceFile) => boolean): string[] {
  return from.flatMap((file) =>
    file.imports.filter((found) => !allowed(found, file)).map((found) => `${file.path} → ${found.target}`),
  );
}

const ownOnly =
  (...parts: readonly string[]) =>
  ({ own, target }: Import): boolean =>
    own && parts.includes(part(target));

it('finds the sources and their imports', () => {
  expect(inPart('case').length).toBeGreaterThan(3);
  expect(inPart('decisions').flatMap(({ imports }) => imports).length).toBeGreaterThan(50);
});

describe('direction of imports', () => {
  it('case imports nothing outside itself', () => {
    expect(offences(inPart('case'), ownOnly('case'))).toEqual([]);
  });

  it('decisions import the case and each other, no package', () => {
    expect(offences(inPart('decisions'), ownOnly('case', 'decisions'))).toEqual([]);
  });

  it('explanation imports case and decisions; of FHIR only the types; text formatting packages', () => {
    // node:crypto for digests only: chance is refused below.
    const packages = ['intl-messageformat', 'temporal-polyfill', 'markdown-it', 'node:crypto'];
    const allowed = (found: Import): boolean =>
      ownOnly('case', 'decisions', 'explanation')(found) ||
      packages.includes(found.target) ||
      (found.typeOnly && found.target === 'fhir/r4.js');
    // Content is read and checked by loaders that are called at start; nothing else in explanation touches the disk.
    const loader = ({ target }: Import, { path }: SourceFile): boolean =>
      /(^|\/)load[\w-]*\.ts$/.test(path) && (target.startsWith('node:') || ['ajv', 'ajv-formats'].includes(target));
    expect(offences(inPart('explanation'), (found, file) => allowed(found) || loader(found, file))).toEqual([]);
  });

  it('cds-hooks knows no stroke medicine: no decisions, no imaging, no mappers', () => {
    const forbidden = ['decisions', 'imaging', 'fhir', 'quality', 'smart', 'inference'];
    const refused = offences(inPart('cds-hooks'), ({ own, target }) => !own || !forbidden.includes(part(target)));
    expect(refused).toEqual([]);
  });

  it('imaging measures: it imports the case and packages, no decision, no record, no service', () => {
    const allowed = ['case', 'imaging', 'thread.ts', 'process.ts', 'product.ts'];
    // Pipelines name the inference port and its errors; what arrives and what was found is kept in the database.
    const port = ({ target }: Import): boolean => target === 'inference/engine.ts';
    expect(files.find(({ path }) => path === 'inference/engine.ts')?.imports).toEqual([]);
    const kept = ({ target }: Import, { path }: SourceFile): boolean =>
      /^imaging\/(ingest|results)\//.test(path) && part(target) === 'storage';
    // What the archive gets is sent as everything else that goes out.
    const sent = ({ target }: Import, { path }: SourceFile): boolean =>
      path.startsWith('imaging/results/archive/') && part(target) === 'outgoing';
    const refused = offences(
      inPart('imaging'),
      (found, file) =>
        !found.own || allowed.includes(part(found.target)) || port(found) || kept(found, file) || sent(found, file),
    );
    expect(refused).toEqual([]);
  });

  it('jobs run what they are given: they know the case, the database and nothing of their work', () => {
    const refused = offences(
      inPart('jobs'),
      ({ own, target }) => !own || ['case', 'jobs', 'storage'].includes(part(target)),
    );
    expect(refused).toEqual([]);
  });

  it('imaging and cds-hooks never import each other', () => {
    expect(offences(inPart('imaging'), ({ own, target }) => !own || part(target) !== 'cds-hooks')).toEqual([]);
  });

  it('fhir and audit stand beside the decisions, not on them', () => {
    const above = ['decisions', 'explanation', 'cds-hooks', 'http'];
    const refused = offences(
      inPart('fhir', 'audit', 'storage'),
      ({ own, target }) => !own || !above.includes(part(target)),
    );
    expect(refused).toEqual([]);
  });

  it('prediction computes what decisions are given: it stands on case, decisions and inference, and none of them on it', () => {
    const packages = ['ajv', 'onnxruntime-node', 'node:fs/promises', 'node:path'];
    const allowed = (found: Import): boolean =>
      ownOnly('case', 'decisions', 'inference', 'prediction')(found) || packages.includes(found.target);
    expect(inPart('prediction').length).toBeGreaterThan(10);
    expect(offences(inPart('prediction'), allowed)).toEqual([]);
    const below = inPart('case', 'decisions', 'explanation', 'inference', 'cds-hooks');
    expect(offences(below, ({ own, target }) => !own || part(target) !== 'prediction')).toEqual([]);
  });

  it('the report on models reads what was recorded: no model, no database, no clock of its own', () => {
    const refused = offences(inPart('model-report'), ownOnly('case', 'decisions', 'explanation', 'model-report'));
    expect(inPart('model-report').length).toBeGreaterThan(3);
    expect(refused).toEqual([]);
  });

  it('only the entry points import compose.ts, and nothing imports an entry point', () => {
    const entry = ['main.ts', 'cli.ts', 'demo.ts', 'compose.ts'];
    const inner = files.filter(
      ({ path }) => !entry.includes(path) && !['cli', 'demo', 'definitions'].includes(part(path)),
    );
    expect(offences(inner, ({ own, target }) => !own || !entry.includes(target))).toEqual([]);
  });

  it('has no cycle between files', () => {
    expect(cycles()).toEqual([]);
  });
});

/** Cycles of imports that remain at run time; types alone are erased. */
function cycles(): string[] {
  const graph = new Map(
    files.map(({ path, imports }) => [path, imports.filter((i) => i.own && !i.typeOnly).map((i) => i.target)]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

describe('purity', () => {
  const IMPURE = [
    ['the clock', ['Date.now', 'new Date()', 'performance', 'Temporal.Now']],
    ['the environment', ['process']],
    ['chance', ['Math.random', 'randomUUID', 'crypto.randomUUID', 'getRandomValues', 'crypto.getRandomValues']],
    ['the console', ['console']],
    ['the network or timers', ['fetch', 'setTimeout', 'setInterval', 'setImmediate']],
  ] as const;

  it.each(IMPURE)('case, decisions and explanation do not use %s', (_name, names) => {
    const impure = inPart('case', 'decisions', 'explanation').filter(({ path, text }) => {
      const used = usedNames(path, text);
      return names.some((name) => used.has(name));
    });
    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  it('finds what it looks for, and reads neither comments nor strings nor property names', () => {
    const sample = "// process\nconst s = 'fetch'; f({ process: 1 }.process); Date.now(); new Date(); Math.random();";
    const used = usedNames('sample.ts', sample);
    expect([...used]).toEqual(expect.arrayContaining(['Date.now', 'new Date()', 'Math.random']));
    expect(used.has('process') || used.has('fetch')).toBe(false);
    expect(usedNames('sample.ts', 'new Date(at)').has('new Date()')).toBe(false);
    expect(usedNames('sample.ts', 'process.env.X').has('process')).toBe(true);
  });
});

/** Names read as values, 'object.property' where the object is a plain name, and 'new Name()' without arguments. */
function usedNames(path: string, text: string): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      if (ts.isIdentifier(node.expression)) used.add(`${node.expression.text}.${node.name.text}`);
      visit(node.expression);
      return;
    }
    if (ts.isPropertyAssignment(node)) {
      visit(node.initializer);
      return;
    }
    if (ts.isTypeNode(node)) return;
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && (node.arguments?.length ?? 0) === 0) {
      used.add(`new ${node.expression.text}()`);
    }
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true));
  return used;
}

describe('form', () => {
  it('no file is longer than 500 lines', () => {
    expect(files.filter(({ text }) => text.split('\n').length > 501).map(({ path }) => path)).toEqual([]);
  });

  it('no any, no silenced check', () => {
    const silenced = /@ts-(ignore|nocheck|expect-error)|eslint-disable/;
    const anyType = files.filter(({ path, text }) => silenced.test(text) || hasAny(path, text));
    expect(anyType.map(({ path }) => path)).toEqual([]);
  });
});

function hasAny(path: string, text: string): boolean {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const visit = (node: ts.Node): boolean =>
    node.kind === ts.SyntaxKind.AnyKeyword || ts.forEachChild(node, (child) => visit(child) || undefined) === true;
  return visit(tree);
}
