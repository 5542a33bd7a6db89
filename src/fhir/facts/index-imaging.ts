/** Imaging studies, reports and orders of the head. */
import type { DiagnosticReport, ImagingStudy, ServiceRequest } from 'fhir/r4.js';
import type { ImagingExam, ImagingModality, TimeSpan } from '../../case/index.ts';
import { fhirTime } from '../time.ts';
import { namesStroke } from './index-context.ts';
import { codingsOf } from './reading.ts';
import { periodSpan, type Scope } from './scope.ts';

export interface ImagingEntry {
  readonly reference: string;
  readonly from: 'study' | 'report' | 'order';
  readonly modalities: readonly ImagingModality[];
  readonly at: TimeSpan | null;
  readonly state: ImagingExam['state'];
  readonly strokeReason: boolean;
  readonly draft: boolean;
  /** What the report concludes in codes. */
  readonly hemorrhage?: boolean;
  /** The report still has to be confirmed. */
  readonly preliminary?: true;
  /** Both conclusions at once. */
  readonly contradictory?: boolean;
  /** The examination shows the arteries of the neck. */
  readonly neck?: true;
  /** Studies that a report reads. */
  readonly reads: readonly string[];
}

const MODALITY_OF: Readonly<Record<string, ImagingModality>> = {
  'imaging-ct': 'CT',
  'imaging-cta': 'CTA',
  'imaging-ctp': 'CTP',
  'imaging-mr': 'MR',
  'imaging-mra': 'MRA',
  'imaging-mrp': 'MRP',
  'imaging-xa': 'XA',
};
const PLAIN_MODALITY: Readonly<Record<string, ImagingModality>> = { CT: 'CT', MR: 'MR', XA: 'XA' };

interface Found {
  readonly modalities: Set<ImagingModality>;
  groups: Set<string>;
}

function lookUp(concepts: readonly unknown[], scope: Scope): Found {
  const modalities = new Set<ImagingModality>();
  const groups = new Set<string>();
  for (const concept of concepts) {
    for (const { system, code } of codingsOf(concept)) {
      for (const group of scope.terminology.groupsOf(system, code)) {
        groups.add(group);
        const modality = MODALITY_OF[group];
        if (modality !== undefined) modalities.add(modality);
      }
    }
  }
  return { modalities, groups };
}

const neckOf = (groups: ReadonlySet<string>): { readonly neck?: true } =>
  groups.has('imaging-neck-vessels') ? { neck: true } : {};

function study(resource: ImagingStudy, reference: string, scope: Scope): ImagingEntry | undefined {
  if (resource.status === 'cancelled' || resource.status === 'entered-in-error') return undefined;
  const { modalities, groups: procedures } = lookUp(resource.procedureCode ?? [], scope);
  if (modalities.size === 0) {
    // Without a known procedure code the series say whether the head was examined.
    const { groups } = lookUp(
      (resource.series ?? []).map((s) => ({ coding: [s.bodySite] })),
      scope,
    );
    if (!groups.has('imaging-head-region')) return undefined;
    for (const { code } of [...(resource.modality ?? []), ...(resource.series ?? []).map((s) => s.modality)]) {
      const modality = PLAIN_MODALITY[code ?? ''];
      if (modality !== undefined) modalities.add(modality);
    }
  }
  if (modalities.size === 0) return undefined;
  return {
    reference,
    from: 'study',
    modalities: [...modalities].sort(),
    at: fhirTime(resource.started, scope.timeZone) ?? null,
    state: resource.status === 'registered' ? 'registered' : 'available',
    strokeReason: (resource.reasonCode ?? []).some((c) => namesStroke(c, scope)),
    draft: false,
    reads: [],
    ...neckOf(procedures),
  };
}

const PRELIMINARY: ReadonlySet<unknown> = new Set(['preliminary', 'partial']);
const NOT_REPORTED: ReadonlySet<unknown> = new Set(['cancelled', 'entered-in-error']);

function report(resource: DiagnosticReport, reference: string, scope: Scope): ImagingEntry | undefined {
  if (NOT_REPORTED.has(resource.status)) return undefined;
  const { modalities, groups } = lookUp([resource.code], scope);
  const conclusions = lookUp(resource.conclusionCode ?? [], scope).groups;
  const positive = conclusions.has('conclusion-hemorrhage');
  const negative = conclusions.has('conclusion-no-hemorrhage');
  const reads = (resource.imagingStudy ?? []).flatMap((s) => s.reference ?? []);
  // Conclusions count only of examinations of the head; a gut bleed is coded in reports as well.
  if (modalities.size === 0 && reads.length === 0) return undefined;
  const pending = resource.status === 'registered';
  return {
    reference,
    from: 'report',
    modalities: [...modalities].sort(),
    at: fhirTime(resource.effectiveDateTime, scope.timeZone) ?? periodSpan(resource.effectivePeriod, scope) ?? null,
    state: pending ? 'registered' : 'reported',
    strokeReason: false,
    draft: false,
    reads,
    ...neckOf(groups),
    ...(PRELIMINARY.has(resource.status) ? { preliminary: true } : {}),
    ...(!pending && positive !== negative ? { hemorrhage: positive } : {}),
    ...(!pending && positive && negative ? { contradictory: true } : {}),
  };
}

const ORDERED: ReadonlySet<unknown> = new Set(['draft', 'active', 'on-hold', 'completed']);

function order(resource: ServiceRequest, reference: string, scope: Scope, draft: boolean): ImagingEntry | undefined {
  if (!ORDERED.has(resource.status) || resource.doNotPerform === true) return undefined;
  const { modalities } = lookUp([resource.code], scope);
  if (modalities.size === 0) return undefined;
  return {
    reference,
    from: 'order',
    modalities: [...modalities].sort(),
    at: fhirTime(resource.authoredOn, scope.timeZone) ?? null,
    state: 'registered',
    strokeReason: (resource.reasonCode ?? []).some((c) => namesStroke(c, scope)),
    draft,
    reads: [],
  };
}

export function indexImaging(
  resource: ImagingStudy | DiagnosticReport | ServiceRequest,
  reference: string,
  scope: Scope,
  draft: boolean,
): ImagingEntry | undefined {
  switch (resource.resourceType) {
    case 'ImagingStudy':
      return study(resource, reference, scope);
    case 'DiagnosticReport':
      return report(resource, reference, scope);
    case 'ServiceRequest':
      return order(resource, reference, scope, draft);
  }
}
